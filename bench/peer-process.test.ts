import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { cpuSeconds } from './measure.ts';
import { startPeer } from './peer-process.ts';
import type { Place } from './peers.ts';

const key = { id: 'id', secret: 'secret' };
/** It has a child that burns half a second, and answers with the pids of both and its folder. */
const program = `
const child = require('node:child_process').spawn(process.execPath, ['-e', 'for (const end = Date.now() + 500; Date.now() < end; ); setInterval(() => {}, 1000)']);
const server = require('node:http').createServer((_, response) => response.end(process.pid + ' ' + child.pid + ' ' + process.argv[2]));
process.on('SIGTERM', () => { child.kill('SIGKILL'); child.on('exit', () => process.exit()); });
server.listen(Number(process.argv[1]), '127.0.0.1');
`;
const command = ({ port, data }: Place) => [process.execPath, '-e', program, String(port), data];

test('a peer serves on a port of its own, its CPU is that of its whole tree, and nothing of it stays', async () => {
  const peer = await startPeer({ version: '1', key, command });
  const answer = await (await fetch(peer.platform.url)).text();
  const [own, child, data] = answer.split(' ');
  assert.deepEqual([Number(own), Number(child), process.pid].map(peer.belongs), [true, true, false]);
  assert.deepEqual(fs.readdirSync(data!), []);
  const burnt = () => cpuSeconds(peer.belongs) - cpuSeconds((pid) => pid === Number(own));
  for (let attempt = 0; burnt() < 0.1 && attempt < 200; attempt++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(burnt() >= 0.1, 'the child is counted');
  await peer.stop();
  assert.throws(() => process.kill(Number(own), 0), { code: 'ESRCH' });
  assert.ok(!fs.existsSync(data!));
  const socket = net.connect(Number(new URL(peer.platform.url).port), '127.0.0.1');
  const [refused] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  assert.equal(refused.code, 'ECONNREFUSED');
});

test('a peer that ends at once is left out with its last words', async () => {
  const broken = () => [process.execPath, '-e', 'console.log("starting"); console.error("port taken"); process.exit(1)'];
  await assert.rejects(startPeer({ version: '1', key, command: broken }), { message: 'it ended at once: port taken' });
});

test('a peer that cannot be spawned is left out with the reason', async () => {
  await assert.rejects(startPeer({ version: '1', key, command: () => ['/nowhere/java'] }), /ENOENT/);
});
