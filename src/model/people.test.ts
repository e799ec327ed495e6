import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { accountOfKey, appRoles, checkUserName, gives, keyActor, localActor, scopeOf, tokenExpiry, touches } from './people.ts';

const invalid = { code: 'InvalidRequest' };
const NOW = Date.UTC(2026, 10, 21, 12);
const DAY = 24 * 3600_000;

const part = fc.constantFrom('*', 'a', 'b');
const grant = fc.record({ role: fc.constantFrom(...appRoles), app: part, account: part });
const asked = fc.record({ app: fc.constantFrom(undefined, 'a', 'b'), account: fc.constantFrom(undefined, 'a', 'b') });

test('a role includes the ones below it, and never holds beside what it was given on', () => {
  fc.assert(
    fc.property(fc.array(grant, { maxLength: 4 }), fc.constantFrom(...appRoles), asked, (grants, role, on) => {
      const given = gives(grants, role, on);
      const wide = (one: string, other: string | undefined) => one === '*' || one === other;
      const rank = (one: (typeof appRoles)[number]) => appRoles.indexOf(one);
      const expected = grants.some(
        (one) => rank(one.role) >= rank(role) && wide(one.app, on.app) && wide(one.account, on.account),
      );
      assert.equal(given, expected);
      if (given) assert.ok(touches(grants, on), 'whoever may act on it has to do with it');
      if (given && role !== 'reader') assert.ok(gives(grants, 'reader', on));
    }),
  );
});

test('nothing is given by no grant, nor by a part of what is asked', () => {
  assert.equal(gives([], 'reader', { app: 'a', account: 'b' }), false);
  assert.equal(touches([], {}), false);
  const app = [{ role: 'owner', app: 'a', account: 'b' } as const];
  for (const on of [{}, { app: 'a' }, { account: 'b' }, { app: '*', account: 'b' }])
    assert.equal(gives(app, 'reader', on), false);
  assert.equal(touches(app, { account: 'b' }), true);
  assert.equal(touches(app, { account: 'c' }), false);
});

test('keys are told apart from users by their kind, not by their name', () => {
  assert.equal(accountOfKey(keyActor('222222222222')), '222222222222');
  assert.equal(accountOfKey({ name: 'account:222222222222', kind: 'user' }), undefined);
  assert.equal(accountOfKey(localActor), undefined);
});

test('user names', () => {
  for (const name of ['ann', 'ann.b@example.com', '9', 'a'.repeat(64)]) checkUserName(name);
  for (const name of ['', 'Ann', 'local', '*', '-a', '@a', 'a b', 'account:1', 'a/b', 'ä', 'a'.repeat(65), 'ann\n'])
    assert.throws(() => checkUserName(name), invalid, name);
});

test('scopes', () => {
  assert.deepEqual(scopeOf('reader'), { role: 'reader' });
  assert.deepEqual(scopeOf('deployer:shop'), { role: 'deployer', app: 'shop' });
  assert.deepEqual(scopeOf('owner:shop-2@222222222222'), { role: 'owner', app: 'shop-2', environment: '222222222222' });
  for (const text of [
    '',
    'root',
    'reader:',
    'reader@',
    'reader:*',
    'reader@*',
    'reader:a:b',
    'READER',
    'reader ',
    `reader:${'a'.repeat(41)}`,
  ])
    assert.throws(() => scopeOf(text), invalid, text);
});

test('expiries', () => {
  assert.equal(tokenExpiry('never', NOW), undefined);
  assert.equal(tokenExpiry('12h', NOW), NOW + DAY / 2);
  assert.equal(tokenExpiry('90d', NOW), NOW + 90 * DAY);
  assert.equal(tokenExpiry('2026-11-22', NOW), Date.UTC(2026, 10, 22));
  for (const text of [
    '',
    '0h',
    '-1d',
    '5m',
    '4000d',
    '99999d',
    '2026-11-21',
    '2026-13-01',
    '2126-01-01',
    '2026-11-22T00:00:00Z',
    'soon',
    '1e3d',
  ])
    assert.throws(() => tokenExpiry(text, NOW), invalid, text);
});
