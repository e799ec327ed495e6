import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claimFault, claimTexts, parseToken, scopesOf } from './json-web-tokens.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (header: unknown, claims: unknown) => `${part(header)}.${part(claims)}.c2ln`;

test('a token is read with or without Bearer', () => {
  const text = token({ alg: 'RS256', kid: 'k' }, { iss: 'i' });
  for (const value of [text, `Bearer ${text}`, `bearer  ${text}`]) {
    const parsed = parseToken(value);
    assert.deepEqual([parsed?.algorithm, parsed?.keyId, parsed?.claims], ['RS256', 'k', { iss: 'i' }]);
    assert.equal(parsed?.signed, text.slice(0, text.lastIndexOf('.')));
    assert.equal(parsed?.signature.toString(), 'sig');
  }
});

test('what is no token is none', () => {
  const header = part({ alg: 'RS256' });
  for (const value of [
    '',
    'Bearer',
    'a.b',
    'a.b.c',
    `${header}.${header}`,
    `${header}.${part([])}.c2ln`,
    token({}, {}),
    token({ alg: 'RS256', crit: ['x'] }, {}),
  ])
    assert.equal(parseToken(value), undefined, value);
  fc.assert(
    fc.property(fc.string(), (value) => void parseToken(value)),
    { numRuns: 500 },
  );
});

test('claims must name issuer and audience, and the time be right', () => {
  const rules = { issuer: 'https://i', audience: ['a', 'b'] };
  const now = 1_000_000;
  const good = { iss: 'https://i', aud: 'a', exp: 1001 };
  const fault = (claims: object) => claimFault({ ...good, ...claims }, rules, now);
  assert.equal(fault({}), undefined);
  assert.equal(fault({ aud: ['x', 'b'] }), undefined);
  assert.equal(fault({ aud: undefined, client_id: 'a' }), undefined);
  assert.match(fault({ aud: 'x', client_id: 'a' })!, /audience/);
  assert.match(fault({ iss: 'https://i/' })!, /issuer/);
  assert.match(fault({ exp: 1000 })!, /expired/);
  assert.match(fault({ exp: undefined })!, /expired/);
  assert.match(fault({ exp: '1001' })!, /expired/);
  assert.match(fault({ nbf: 1001 })!, /not valid yet/);
  assert.match(fault({ iat: 1001 })!, /future/);
});

test('scopes and claims become what events show', () => {
  assert.deepEqual(scopesOf({ scope: 'a  b' }), ['a', 'b']);
  assert.deepEqual(scopesOf({ scp: ['a', 1] }), ['a']);
  assert.deepEqual(scopesOf({}), []);
  const claims = { sub: 's', exp: 1, admin: true, groups: ['a', 'b'], deep: { x: 1 } };
  assert.deepEqual(claimTexts(claims), { sub: 's', exp: '1', admin: 'true', groups: '[a b]', deep: '{"x":1}' });
});
