import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { endWithTurn, thisTurn } from './together.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An answer of which only its end is asked. */
function answer(name: string, seen: string[]): ServerResponse {
  return { end: (body: string, encoding: string) => seen.push(`${name} ${body} ${encoding}`) } as unknown as ServerResponse;
}

test('what is answered in one turn leaves at its end, in order', async () => {
  const seen: string[] = [];
  endWithTurn(answer('a', seen), '1', 'utf8');
  endWithTurn(answer('b', seen), '2', 'latin1');
  await null;
  assert.deepEqual(seen, []);
  await turn();
  assert.deepEqual(seen, ['a 1 utf8', 'b 2 latin1']);
});

test('the next turn is another one', async () => {
  const seen: string[] = [];
  const before = thisTurn();
  endWithTurn(answer('a', seen), '1', 'utf8');
  assert.equal(thisTurn(), before);
  await turn();
  assert.notEqual(thisTurn(), before);
  endWithTurn(answer('b', seen), '2', 'utf8');
  assert.equal(seen.length, 1);
  await turn();
  assert.equal(seen.length, 2);
});
