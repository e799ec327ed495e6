import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { outputLines, secretsOf } from './lines.ts';

function said(chunks: readonly (string | Uint8Array)[], secrets: readonly string[] = []): string[] {
  const lines: string[] = [];
  const output = outputLines((line) => void lines.push(line), secrets);
  for (const chunk of chunks) output.take(Buffer.from(chunk));
  output.end();
  return lines;
}

test('lines are whole, wherever the output is cut', () => {
  const text = 'one\n\ntwo é three\nfour';
  fc.assert(
    fc.property(fc.array(fc.nat(Buffer.byteLength(text))), (cuts) => {
      const bytes = Buffer.from(text);
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      assert.deepEqual(said(at.slice(1).map((end, i) => bytes.subarray(at[i], end))), ['one', '', 'two é three', 'four']);
    }),
  );
});

test('nothing of it moves a terminal, and what was written over is gone', () => {
  assert.deepEqual(said(['\x1b[31mred\x1b[0m\x1b]0;title\x07 \x1bcplain\x07\x9b\n']), ['red plain']);
  assert.deepEqual(said(['10 %\r50 %\r100 %\r\n']), ['100 %']);
});

test('secrets are hidden', () => {
  const secrets = secretsOf({
    NPM_TOKEN: 'tok-123456',
    PIP_INDEX_URL: 'https://me:pass-word@host/simple',
    PAGE: 'visible-value',
    KEY: 'ab',
  });
  assert.deepEqual(said(['a tok-123456 b\n', 'pass-word, me:pass-word\n', 'https://x:y@z/ visible-value ab\n'], secrets), [
    'a [hidden] b',
    '[hidden], [hidden]',
    'https://[hidden]@z/ visible-value ab',
  ]);
});

test('lines are cut, and all of it ends somewhere', () => {
  const [long] = said([`${'x'.repeat(5000)}\n`]);
  assert.equal(long!.length, 2001);
  assert.ok(said(['y'.repeat(50_000)]).every((line) => line.length <= 2001));
  const many = said(Array.from({ length: 6000 }, () => `${'z'.repeat(999)}\n`));
  assert.ok(many.length < 4300);
  assert.match(many.at(-1)!, /not shown: it was more than 4 MiB/);
});

test('no line takes long, whatever is in it', () => {
  const began = performance.now();
  for (const part of ['a.', 'a://', 'a://b:', '\x1b[', '\x1b]', '\r', '\r\rx', 'x'])
    for (const end of ['\n', 'x\n']) said([part.repeat(30_000) + end]);
  assert.ok(performance.now() - began < 20_000);
});
