import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isClosed } from './addresses.ts';
import { coversName, mayConnect, mayLearn, mayResolve } from './policy.ts';

const open = { enabled: true, allow: [], deny: [] };
const own = new Set(['93.184.216.1']);
const to = (address: string, port = 443, ...names: string[]) => ({ address, port, names });

test('special ranges and the host are closed, in every spelling, and what is no address too', () => {
  const closed = [
    '0.0.0.0',
    '10.1.1.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.0.1',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '93.184.216.1',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'ff02::1',
    '2002:a00:1::',
    'example.com',
    '',
    '0x7f.1',
    '2130706433',
  ];
  for (const address of closed) assert.equal(isClosed(address, own), true, address);
  for (const address of ['8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1'])
    assert.equal(isClosed(address, own), false, address);
});

test('without rules the internet is open; disabled, nothing is', () => {
  assert.equal(mayConnect(open, to('8.8.8.8'), own), true);
  assert.equal(mayConnect({ ...open, enabled: false }, to('8.8.8.8'), own), false);
  assert.equal(mayConnect(open, to('10.0.0.1'), own), false);
});

test('only a rule by address opens a closed address; a name never does', () => {
  assert.equal(mayConnect({ ...open, allow: [{ to: 'db.test', port: 0 }] }, to('10.0.0.1', 5432, 'db.test'), own), false);
  const byBlock = { ...open, allow: [{ to: '10.0.0.0/8', port: 5432 }] };
  assert.equal(mayConnect(byBlock, to('10.0.0.1', 5432), own), true);
  assert.equal(mayConnect(byBlock, to('10.0.0.1', 5433), own), false);
  assert.equal(mayConnect(byBlock, to('8.8.8.8'), own), false);
  assert.equal(mayLearn(byBlock, '10.0.0.1', own), true);
  assert.equal(mayLearn(open, '10.0.0.1', own), false);
});

test('deny goes before allow', () => {
  const policy = {
    enabled: true,
    allow: [{ to: '*.test', port: 0 }],
    deny: [
      { to: 'bad.test', port: 0 },
      { to: '8.8.4.4', port: 53 },
    ],
  };
  assert.equal(mayConnect(policy, to('8.8.8.8', 443, 'good.test'), own), true);
  assert.equal(mayConnect(policy, to('8.8.8.8', 443, 'good.test', 'bad.test'), own), false);
  assert.equal(mayConnect(policy, to('8.8.4.4', 53, 'good.test'), own), false);
  assert.equal(mayResolve(policy, 'bad.test'), false);
  assert.equal(mayResolve(policy, 'good.test'), true);
  assert.equal(mayResolve(policy, 'other.example'), false);
});

test('wildcards cover names below, whole labels only', () => {
  assert.equal(coversName('*.Example.com', 'a.b.example.com'), true);
  assert.equal(coversName('*.example.com', 'example.com'), false);
  assert.equal(coversName('*.example.com', 'badexample.com'), false);
  assert.equal(coversName('example.com', 'a.example.com'), false);
});
