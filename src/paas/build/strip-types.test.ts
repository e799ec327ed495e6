import assert from 'node:assert/strict';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { typesFault } from './strip-types.ts';

test('what taking types away cannot do is said in one line', async () => {
  assert.equal(await typesFault('export const handler = (event: unknown): number => 1;'), undefined);
  assert.match((await typesFault('enum Color { Red }'))!, /enum/i);
  assert.match((await typesFault('const a: = 1;'))!, /./);
});

test('a file that breaks the parser breaks nobody else’s', async () => {
  assert.ok(await typesFault('('.repeat(100_000)));
  assert.equal(await typesFault('const a: number = 1;'), undefined);
  assert.match(stripTypeScriptTypes('const a: number = 1;'), /^const a\s+= 1;$/);
});
