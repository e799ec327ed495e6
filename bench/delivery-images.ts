import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildGo } from '../test/support/go-function.ts';
import { compared, type Figure, leftOut, type Round } from './figures.ts';
import { type Bench, benchDirectory, invocation, withBench } from './platform.ts';
import { sendWell } from './signed.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const NAME = 'first cold start of a 1 GB image';
const FILE_MIB = 1;
const LAYER_MIB = 256;
const SIZES_MIB = { small: 10, large: 1024 };

/**
 * First call of a function from an image that was just brought here and has been unpacked when the function was created; every image is of files
 * of its own. Both hold the same program, which is a Runtime API client written in Go.
 */
export async function benchImages(quick: boolean): Promise<Figure> {
  const program = await buildGo('go-echo');
  if (program === undefined) return leftOut(NAME, 'it needs Go');
  const rounds = await withBench({}, async (bench) => {
    await firstCall(bench, 'before', { program, mib: SIZES_MIB.small }); // the way there is warm
    const taken: Round[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      const yardstick = await firstCall(bench, `small-${round}`, { program, mib: SIZES_MIB.small });
      const value = await firstCall(bench, `large-${round}`, { program, mib: SIZES_MIB.large });
      taken.push({ value, yardstick });
    }
    return taken;
  });
  return compared(NAME, 'ms', { rounds, yardstick: 'of a 10 MB image', target: { at: 'most', value: 2, of: 'ratio' } });
}

interface Contents {
  readonly program: Buffer;
  /** Of all files together. */
  readonly mib: number;
}

async function firstCall(bench: Bench, name: string, contents: Contents): Promise<number> {
  const { clients, role, platform } = bench;
  const folder = path.dirname(benchDirectory());
  try {
    const archive = await archiveOf(path.join(folder, 'image'), contents);
    const headers = { 'content-type': 'application/x-tar' };
    const body = await fs.openAsBlob(archive);
    const pushed = await fetch(`${platform.url}/_dalamb/api/images/${name}?tag=1`, { method: 'PUT', body, headers });
    if (!pushed.ok) throw new TypeError(`the image was answered with ${pushed.status}: ${await pushed.text()}`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  const ImageUri = `${new URL(platform.url).host}/${name}:1`;
  const wanted = {
    FunctionName: name,
    Role: role,
    PackageType: 'Image',
    Code: { ImageUri },
    MemorySize: 256,
    Timeout: 30,
  } as const;
  await clients.lambda.createFunction(wanted);
  for (let attempt = 0; ; attempt++) {
    const { State, StateReason } = await clients.lambda.getFunctionConfiguration({ FunctionName: name });
    if (State === 'Active') break;
    if (State === 'Failed' || attempt === 1200) throw new TypeError(`${name} is ${State}: ${StateReason}`);
    await sleep(100);
  }
  await sleep(1000);
  return (await sendWell(invocation(bench, name, {}))).ms;
}

/** As `docker save` writes it, of layers of random files, the program in the last. Resolves to the archive. */
async function archiveOf(folder: string, { program, mib }: Contents): Promise<string> {
  const layers: string[] = [];
  for (let left = mib - Math.ceil(program.length / MIB); left > 0; left -= LAYER_MIB) {
    const layer = path.join(folder, 'files', String(layers.length));
    fs.mkdirSync(path.join(layer, 'data', String(layers.length)), { recursive: true });
    for (let at = 0; at < Math.min(left, LAYER_MIB); at += FILE_MIB)
      fs.writeFileSync(path.join(layer, 'data', String(layers.length), String(at)), randomBytes(FILE_MIB * MIB));
    layers.push(layer);
  }
  fs.writeFileSync(path.join(layers.at(-1)!, 'app'), program, { mode: 0o755 });
  const names: string[] = [];
  for (const [at, layer] of layers.entries()) {
    const name = `${at}.tar`;
    await run('tar', ['-cf', path.join(folder, name), '--owner=0', '--group=0', '-C', layer, '.']);
    names.push(name);
  }
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const config = { os: 'linux', architecture, config: { Entrypoint: ['/app'] }, rootfs: { type: 'layers', diff_ids: [] } };
  fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  fs.writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: names }]),
  );
  const archive = path.join(folder, 'image.tar');
  await run('tar', ['-cf', archive, '-C', folder, 'manifest.json', 'config.json', ...names]);
  return archive;
}
