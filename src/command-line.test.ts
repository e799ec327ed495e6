import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

const MAIN = path.join(import.meta.dirname, 'main.ts');

test('a command that waits for an answer ends with Ctrl-C, at once', async (t) => {
  const server = http.createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const line = [MAIN, 'review:create', 'fix', '--app', 'shop', '--url', url];
  const child = spawn(process.execPath, ['--no-warnings', ...line], { stdio: 'ignore', timeout: 20_000, killSignal: 'SIGKILL' });
  const ended = once(child, 'exit');
  await once(server, 'request');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [null, 'SIGINT']);
});

test('an address that is set to nothing is not set', async () => {
  const env = { ...process.env, DALAMB_URL: '', DALAMB_PORT: '1234' };
  const child = spawn(process.execPath, ['--no-warnings', MAIN, '--help'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  assert.match((await child.stdout.toArray()).join(''), /default: "http:\/\/127\.0\.0\.1:1234"/);
});
