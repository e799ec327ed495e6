import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { holdTillTurnEnds } from './together.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function sink(name: string, seen: string[]): Socket {
  return new Writable({
    write(chunk, _encoding, done) {
      seen.push(`${name}${chunk}`);
      done();
    },
  }) as unknown as Socket;
}

test('what is written in one turn leaves at its end, in order, also of one socket twice', async () => {
  const seen: string[] = [];
  const [a, b] = [sink('a', seen), sink('b', seen)];
  for (const [socket, text] of [
    [a, '1'],
    [b, '2'],
    [a, '3'],
  ] as const) {
    holdTillTurnEnds(socket);
    socket.write(text);
  }
  await null;
  assert.deepEqual(seen, []);
  await turn();
  assert.deepEqual(seen, ['b2', 'a1', 'a3']);
  a.write('4');
  assert.equal(seen.at(-1), 'a4');
});

test('a socket that went meanwhile disturbs nobody', async () => {
  const seen: string[] = [];
  const [gone, stays] = [sink('gone', seen), sink('stays', seen)];
  for (const socket of [gone, stays]) {
    holdTillTurnEnds(socket);
    socket.write('!');
  }
  gone.destroy();
  await turn();
  assert.deepEqual(seen, ['stays!']);
});
