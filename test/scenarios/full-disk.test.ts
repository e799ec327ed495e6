import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { zipOf } from '../support/archives.ts';
import { clients, createRole } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';

/** A disk of its own that fills up below the running server. Needs root to mount one. */

const root = process.getuid?.() === 0 && process.platform === 'linux';
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-full-'));
const disk = path.join(directory, 'disk');
let platform: Platform | undefined;
after(async () => {
  await platform?.kill();
  if (root) execFileSync('umount', ['--lazy', disk]);
  fs.rmSync(directory, { recursive: true, force: true });
});

const config = '[sandbox]\ndriver = "process"\nready = 1\n[limits]\ndisk_reserve_mib = 8\n';
const start = () => startPlatform({ directory: path.join(disk, 'data'), config, args: [] });

/** Takes all room that is left, as another program on that disk would. */
function fill(file: string): void {
  const chunk = Buffer.alloc(64 * 1024);
  const fd = fs.openSync(file, 'w');
  try {
    for (;;) fs.writeSync(fd, chunk);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    fs.closeSync(fd);
  }
}

interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

test('a full disk refuses writes by name, serves reads, loses nothing, and recovers', {
  skip: root ? false : 'needs root',
  timeout: 60_000,
}, async (t) => {
  fs.mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=0755', 'dalamb-test', disk]);
  platform = await start();
  const of = clients(platform.url);
  const { lambda, s3 } = of;
  const Role = await createRole(of, 'filler');
  const zip = await zipOf({ 'index.mjs': 'export const handler = async () => 1;' });
  const create = (FunctionName: string) =>
    lambda.createFunction({ FunctionName, Role, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile: zip } });
  await s3.createBucket({ Bucket: 'disk' });
  const acknowledged = new Map<string, string>();
  const refusals: Refusal[] = [];
  const put = async (Key: string, size: number) => {
    const Body = Key.padEnd(size, '.');
    try {
      await s3.putObject({ Bucket: 'disk', Key, Body });
      acknowledged.set(Key, Body);
    } catch (error) {
      refusals.push(error as Refusal);
    }
  };
  const verify = async (from: typeof s3) => {
    for (const [Key, body] of acknowledged) {
      const { Body } = await from.getObject({ Bucket: 'disk', Key });
      assert.ok((await Body!.transformToString()) === body, `${Key} was acknowledged and is not what it was`);
    }
    const { Contents = [] } = await from.listObjectsV2({ Bucket: 'disk' });
    assert.deepEqual(Contents.map(({ Key }) => Key).sort(), [...acknowledged.keys()].sort());
  };

  for (let n = 0; n < 10; n++) await put(`before-${n}`, n % 2 ? 1000 : 200_000);
  assert.equal(acknowledged.size, 10);
  const stone = path.join(disk, 'stone');
  fill(stone);
  await Promise.all(Array.from({ length: 40 }, (_, n) => put(`while-${n}`, n % 2 ? 1000 : 500_000)));
  t.diagnostic(`${acknowledged.size - 10} of 40 went through, ${refusals.length} were refused`);
  assert.ok(refusals.length > 0);
  for (const { name, message, $metadata } of refusals) {
    assert.ok([500, 503, 507].includes($metadata?.httpStatusCode ?? 0), `${name}: ${message}`);
    assert.ok($metadata?.requestId, 'an answer of the server, not a torn connection');
    assert.doesNotMatch(message, /ENOSPC|defect|\.ts:/, 'words for people');
  }
  t.diagnostic(`${refusals[0]!.name} (${refusals[0]!.$metadata?.httpStatusCode}): ${refusals[0]!.message}`);
  const refused = (await create('refused').catch((error) => error)) as Refusal;
  t.diagnostic(`CreateFunction: ${refused.name} (${refused.$metadata?.httpStatusCode}): ${refused.message}`);
  assert.ok([500, 503, 507].includes(refused.$metadata?.httpStatusCode ?? 0), `${refused.name}: ${refused.message}`);
  await verify(s3);

  fs.rmSync(stone);
  for (const end = Date.now() + 15_000; ; ) {
    const before = acknowledged.size;
    await put(`after-${before}`, 200_000);
    if (acknowledged.size > before) break;
    assert.ok(Date.now() < end, `it did not recover: ${refusals.at(-1)!.message}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await create('welcome-again');
  await verify(s3);
  await platform.kill();
  platform = await start();
  await verify(clients(platform.url).s3);
  assert.equal(await platform.stop(), 0);
  platform = undefined;
});
