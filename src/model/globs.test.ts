import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob, matchesGlob } from './globs.ts';
import { inIpRange, parseIpRange } from './ip-ranges.ts';
import { compileLinearRegex } from './linear-regex.ts';

const small = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });

test('globs agree with the same regular expression', () => {
  fc.assert(
    fc.property(small, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, value) => {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(matchesGlob(compileGlob(pattern, false), value), regex.test(value));
    }),
  );
});

test('hostile globs and regular expressions end at once', () => {
  const began = performance.now();
  matchesGlob(compileGlob(`${'a*'.repeat(200)}b`, false), 'a'.repeat(5000));
  assert.equal(compileLinearRegex(`${'a*'.repeat(100)}b`)?.('a'.repeat(5000)), false);
  assert.ok(performance.now() - began < 30_000);
});

test('linear regular expressions agree with the usual ones', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '1');
  const part = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}', '{2}')).map((pair) => pair.join(''));
  const source = fc
    .tuple(fc.constantFrom('', '^'), fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '$'))
    .map(([start, parts, end]) => start + parts.join('') + end);
  const branches = fc.array(source, { minLength: 1, maxLength: 2 }).map((list) => list.join('|'));
  fc.assert(
    fc.property(branches, fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 8 }), (text, value) => {
      assert.equal(compileLinearRegex(text)?.(value), new RegExp(text).test(value), `${text} on ${value}`);
    }),
    { numRuns: 500 },
  );
});

test('what is no regular expression of this dialect is refused', () => {
  for (const text of ['(a)', 'a**', '[', '[]', '\\', 'a{3,1}', 'a{999}{999}', '\\b', '+']) {
    assert.equal(compileLinearRegex(text), undefined, text);
  }
});

test('addresses in ranges, and what is none', () => {
  const within = (range: string, address: string) => inIpRange(parseIpRange(range)!, address);
  assert.equal(within('0.0.0.0/0', '255.255.255.255'), true);
  assert.equal(within('192.0.2.128/25', '192.0.2.127'), false);
  assert.equal(within('::ffff:10.0.0.0/104', '10.1.2.3'), true);
  assert.equal(within('10.0.0.0/8', '::ffff:10.1.2.3'), true);
  assert.equal(within('::/0', '::1'), true);
  assert.equal(within('fe80::/10', 'fec0::1'), false);
  for (const text of ['', '1.2.3', '1.2.3.256', '1.2.3.4/33', ':::', '1::2::3', '::/129', 'a.b.c.d', '1:2:3:4:5:6:7:8:9']) {
    assert.equal(parseIpRange(text), undefined, text);
  }
});
