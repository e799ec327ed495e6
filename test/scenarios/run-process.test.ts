import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { zipOf } from '../support/archives.ts';
import { clients, deploy } from '../support/deploy.ts';
import { root, startPlatform } from '../support/platform.ts';

const SOURCE = `exports.handler = async (event) => {
  console.log('got ' + event.version);
  if (event.fail) throw new Error('asked to');
  return { path: event.rawPath };
};`;

/** The command line in a process of its own. */
function dalamb(url: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const words = ['--disable-warning=ExperimentalWarning', path.join(root, 'src/main.ts'), ...args, '--url', url, '--app', 'shop'];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { timeout: 30_000 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

test('a process runs on samples and events, with its own lines and its exit code', async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.stop());
  const of = clients(platform.url);
  await deploy(of, 'shop-web', await zipOf({ 'index.js': SOURCE }));
  const { Version } = await of.lambda.publishVersion({ FunctionName: 'shop-web' });
  await of.lambda.createAlias({ FunctionName: 'shop-web', Name: 'live', FunctionVersion: Version });
  const well = await dalamb(platform.url, 'run', 'web', '--sample', 'http');
  assert.deepEqual([well.code, JSON.parse(well.out)], [0, { path: '/' }], well.err);
  assert.match(well.err, /\tgot 2\.0\nshop-web version 1 answered in [\d.]+ ms, init \d+ ms, \d+ MB\n$/);
  const sample = await dalamb(platform.url, 'sample', 'http');
  assert.equal((await dalamb(platform.url, 'run', 'web', sample.out)).code, 0);
  const badly = await dalamb(platform.url, 'run', 'web', '{"fail":true}');
  assert.deepEqual([badly.code, JSON.parse(badly.out).errorMessage], [1, 'asked to']);
  assert.equal((await dalamb(platform.url, 'run', 'nobody')).code, 1);
});
