import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { askRoute } from './control-route.fixture.ts';
import { controlRoute } from './control-route.ts';
import { egressPolicy } from './egress-policy.ts';

const route = controlRoute({
  ...{ method: 'PUT', path: '/policy', summary: '', body: egressPolicy, answer: egressPolicy },
  handle: async ({ body }) => body,
});
const read = async (body: unknown) => (await askRoute(route, { body })) as { allow: { port: number }[] };

test('what is absent is open', async () => {
  assert.deepEqual(await read({}), { enabled: true, allow: [], deny: [] });
});

test('names, wildcards, addresses and blocks, with or without a port', async () => {
  const allow = [
    { to: 'api.example.com', port: 443 },
    { to: '*.example.org' },
    { to: '10.1.0.0/16', port: 5432 },
    { to: '2001:db8::1' },
  ];
  assert.deepEqual(
    (await read({ enabled: false, allow })).allow.map(({ port }) => port),
    [443, 0, 5432, 0],
  );
});

test('anything else is refused by name', async () => {
  const cases: [unknown, RegExp][] = [
    [null, /body is a JSON object/],
    [{ on: true }, /unknown member on;/],
    [{ enabled: 1 }, /enabled is true or false/],
    [{ allow: 'x' }, /allow is a list, at most 100/],
    [{ deny: [1] }, /deny\[0\] is an object/],
    [{ deny: [{ to: 'a b' }] }, /deny\[0\]\.to is a name, an address or a block/],
    [{ allow: [{ to: 'a', port: 70000 }] }, /allow\[0\]\.port is a whole number from 0 to 65535/],
    [{ allow: [{ to: 'a', proto: 'udp' }] }, /unknown member allow\[0\]\.proto; there are to, port/],
    [{ allow: Array(101).fill({ to: 'a' }) }, /at most 100/],
  ];
  for (const [input, text] of cases)
    await assert.rejects(read(input), (error) => isFailure(error, 'InvalidRequest') && text.test(error.message));
});
