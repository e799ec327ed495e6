import assert from 'node:assert/strict';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { typesFault } from './strip-types.ts';

test('what taking types away cannot do is said in one line, and where; what is no TypeScript is told from it', async () => {
  assert.equal(await typesFault('export const handler = (event: unknown): number => 1;'), undefined);
  const said = async (text: string) => (await typesFault(text))!;
  const { text, ...where } = await said('const a: number = 1;\nenum Color { Red }');
  assert.match(text, /enum/i);
  assert.deepEqual(where, { line: 2, outlives: true });
  const { text: expected, ...there } = await said('\n\nconst a = (;');
  assert.match(expected, /expected/i);
  assert.deepEqual(there, { line: 3, outlives: false });
});

test('a file that breaks the parser breaks nobody else’s', async () => {
  assert.ok(await typesFault('('.repeat(100_000)));
  assert.equal(await typesFault('const a: number = 1;'), undefined);
  assert.match(stripTypeScriptTypes('const a: number = 1;'), /^const a\s+= 1;$/);
});
