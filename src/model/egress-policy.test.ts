import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { parseEgressPolicy } from './egress-policy.ts';

test('what is absent is open', () => {
  assert.deepEqual(parseEgressPolicy({}), { enabled: true, allow: [], deny: [] });
});

test('names, wildcards, addresses and blocks, with or without a port', () => {
  const allow = [
    { to: 'api.example.com', port: 443 },
    { to: '*.example.org' },
    { to: '10.1.0.0/16', port: 5432 },
    { to: '2001:db8::1' },
  ];
  assert.deepEqual(
    parseEgressPolicy({ enabled: false, allow }).allow.map(({ port }) => port),
    [443, 0, 5432, 0],
  );
});

test('anything else is refused by name', () => {
  const cases: [unknown, RegExp][] = [
    [null, /policy is an object/],
    [{ on: true }, /no on/],
    [{ enabled: 1 }, /enabled/],
    [{ allow: 'x' }, /allow is a list/],
    [{ deny: [1] }, /deny\[0\] is an object/],
    [{ deny: [{ to: 'a b' }] }, /deny\[0\]\.to/],
    [{ allow: [{ to: 'a', port: 70000 }] }, /allow\[0\]\.port/],
    [{ allow: [{ to: 'a', proto: 'udp' }] }, /nothing else/],
    [{ allow: Array(101).fill({ to: 'a' }) }, /at most 100/],
  ];
  for (const [input, text] of cases)
    assert.throws(
      () => parseEgressPolicy(input),
      (error) => isFailure(error, 'InvalidRequest') && text.test(error.message),
    );
});
