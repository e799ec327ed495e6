import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberParsed } from './parsed-before.ts';

test('a text is parsed once while it is in use; others go when there are too many', () => {
  const parsed: string[] = [];
  const parse = rememberParsed((text) => {
    parsed.push(text);
    return { text };
  });
  const first = parse('used');
  for (let at = 0; at < 100; at++) {
    parse(String(at).padEnd(4000));
    assert.equal(parse('used'), first);
  }
  assert.equal(parsed.filter((text) => text === 'used').length, 1);
  parse('0'.padEnd(4000));
  assert.equal(parsed.filter((text) => text.startsWith('0 ')).length, 2);
});

test('what cannot be parsed is tried again', () => {
  let tries = 0;
  const parse = rememberParsed(() => {
    tries++;
    throw new RangeError('never');
  });
  assert.throws(() => parse('x'), RangeError);
  assert.throws(() => parse('x'), RangeError);
  assert.equal(tries, 2);
});
