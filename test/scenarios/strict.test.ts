import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { clients } from '../support/deploy.ts';
import { type Platform, root, startPlatform } from '../support/platform.ts';

const run = promisify(execFile);

suite('a strict platform', { timeout: 60_000 }, () => {
  let platform: Platform;
  before(async () => {
    platform = await startPlatform({ config: '[auth]\nmode = "strict"\n' });
  });
  after(() => platform?.stop());

  const dalamb = async (args: string[], env: Record<string, string> = {}) => {
    const main = [path.join(root, 'src/main.ts'), ...args, '--json'];
    const done = await run(process.execPath, ['--disable-warning=ExperimentalWarning', ...main], {
      env: { ...process.env, ...env },
    }).catch((error) => error);
    return { code: done.code ?? 0, answer: JSON.parse(done.stdout) };
  };

  test('gives its first key on the machine itself, by the local socket, and nothing to strangers', async () => {
    const refused = await dalamb(['keys', 'create', '--url', platform.url]);
    assert.deepEqual([refused.code, refused.answer.error.code], [1, 'TokenRequired']);
    assert.equal(fs.statSync(path.join(platform.directory, 'control.sock')).mode & 0o777, 0o600);
    const { code, answer: key } = await dalamb(['keys', 'create', '--data', platform.directory, '--env', '222222222222']);
    assert.equal(code, 0);
    const credentials = { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
    assert.deepEqual((await clients(platform.url, credentials).lambda.listFunctions({})).Functions, []);
    await assert.rejects(clients(platform.url).lambda.listFunctions({}), { name: 'UnrecognizedClientException' });

    const own = await dalamb(['functions', '--url', platform.url, '--env', '222222222222'], { DALAMB_TOKEN: key.token });
    assert.deepEqual([own.code, own.answer.functions], [0, []]);
    const other = await dalamb(['functions', '--url', platform.url, '--env', '333333333333'], { DALAMB_TOKEN: key.token });
    assert.deepEqual([other.code, other.answer.error.code], [1, 'TokenRequired']);
    const forged = await dalamb(['functions', '--url', platform.url], { DALAMB_TOKEN: `${key.accessKeyId}.x` });
    assert.deepEqual([forged.code, forged.answer.error.code], [1, 'TokenRequired']);

    assert.equal(
      (await dalamb(['keys', 'revoke', key.accessKeyId, '--data', platform.directory, '--env', '222222222222'])).code,
      0,
    );
    await assert.rejects(clients(platform.url, credentials).lambda.listFunctions({}), { name: 'UnrecognizedClientException' });
    assert.equal(
      (await dalamb(['functions', '--url', platform.url, '--env', '222222222222'], { DALAMB_TOKEN: key.token })).code,
      1,
    );
  });
});
