import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { judgedLookup, type Resolve } from './judged-lookup.ts';

const known: Readonly<Record<string, LookupAddress[]>> = {
  mixed: [
    { address: '10.0.0.1', family: 4 },
    { address: '203.0.113.7', family: 4 },
    { address: '2001:db8::1', family: 6 },
  ],
  inside: [{ address: '10.0.0.1', family: 4 }],
};
const resolve: Resolve = (name, _options, done) => {
  const found = known[name];
  if (found) done(null, found);
  else done(Object.assign(new TypeError('no such name'), { code: 'ENOTFOUND' }), []);
};
const asked: string[] = [];
const lookup = judgedLookup({
  mayConnect: (address, port, name) => {
    asked.push(`${name} ${address} ${port}`);
    return !address.startsWith('10.');
  },
  port: 443,
  closed: (name) => new TypeError(`${name} is closed`),
  resolve,
});
const ask = (name: string, all: boolean) =>
  new Promise((done, fail) =>
    lookup(name, { all }, (error, address, family) => (error ? fail(error) : done(all ? address : [address, family]))),
  );

test('a socket is told open addresses only', async () => {
  assert.deepEqual(await ask('mixed', true), known.mixed!.slice(1));
  assert.deepEqual(await ask('mixed', false), ['203.0.113.7', 4]);
  assert.deepEqual(asked.slice(0, 3), ['mixed 10.0.0.1 443', 'mixed 203.0.113.7 443', 'mixed 2001:db8::1 443']);
});

test('a name without an open address, and one that is none, fail', async () => {
  await assert.rejects(ask('inside', false), { message: 'inside is closed' });
  await assert.rejects(ask('inside', true), { message: 'inside is closed' });
  await assert.rejects(ask('nowhere', false), { code: 'ENOTFOUND' });
});
