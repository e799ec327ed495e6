import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandWords } from './command-words.ts';

test('words are parted by spaces, unless quoted', () => {
  assert.deepEqual(commandWords('  node  server.js --port 80\t'), ['node', 'server.js', '--port', '80']);
  assert.deepEqual(commandWords(`sh -c 'echo "$PORT" && x' "" a\\ b "it's \\"so\\""`), [
    'sh',
    '-c',
    'echo "$PORT" && x',
    '',
    'a b',
    `it's "so"`,
  ]);
  assert.deepEqual(commandWords(''), []);
  assert.equal(commandWords(`sh -c 'x`), undefined);
});

test('what is quoted comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const text = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
      assert.deepEqual(commandWords(text), words);
    }),
  );
});
