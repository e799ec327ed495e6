import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { isFailure, systemClock } from '../kernel/index.ts';
import { parseToken } from '../model/index.ts';
import { type Issuer, openIssuer } from './issuer.fixture.ts';
import { createFindIssuerKey } from './issuer-keys.ts';
import { isSignedBy } from './json-web-signatures.ts';
import { createOutgoing } from './outgoing.ts';

let issuer: Issuer;
const outgoing = createOutgoing({ clock: systemClock, mayConnect: () => true });
before(async () => {
  issuer = await openIssuer();
  issuer.addKey('rsa', 'rsa');
  issuer.addKey('ec', 'ec');
});
after(() => {
  outgoing.close();
  issuer.close();
});

test('tokens of both kinds of keys are verified, changed ones are not', async () => {
  const find = createFindIssuerKey({ outgoing, clock: systemClock });
  for (const key of ['rsa', 'ec']) {
    const token = parseToken(issuer.token({ sub: 's' }, { key }))!;
    const found = (await find(issuer.url, token.keyId))!;
    assert.equal(isSignedBy(token, found), true, key);
    assert.equal(isSignedBy({ ...token, signed: `${token.signed}x` }, found), false);
    assert.equal(isSignedBy({ ...token, algorithm: 'none' }, found), false);
    assert.equal(isSignedBy({ ...token, algorithm: 'HS256' }, found), false);
    assert.equal(isSignedBy({ ...token, algorithm: key === 'rsa' ? 'ES256' : 'RS256' }, found), false);
  }
});

test('keys are kept; an unknown id asks again, but not often', async () => {
  const clock = manualClock();
  const find = createFindIssuerKey({ outgoing, clock });
  const before = issuer.fetched();
  await Promise.all([find(issuer.url, 'rsa'), find(issuer.url, 'ec'), find(issuer.url, 'rsa')]);
  assert.equal(issuer.fetched() - before, 1);
  issuer.addKey('new', 'ec');
  assert.equal(await find(issuer.url, 'new'), undefined);
  await clock.advance(11_000);
  assert.ok(await find(issuer.url, 'new'));
  assert.equal(await find(issuer.url, 'never'), undefined);
  assert.equal(issuer.fetched() - before, 2);
  await clock.advance(3_600_000);
  assert.ok(await find(issuer.url, 'rsa'));
  assert.equal(issuer.fetched() - before, 3);
});

test('an issuer that answers nonsense is not trusted, and asked again later', async () => {
  const clock = manualClock();
  const find = createFindIssuerKey({ outgoing, clock });
  for (const discovery of [
    '',
    '[]',
    '{"issuer":"https://other","jwks_uri":"https://other/keys"}',
    '{"issuer":"x"}',
    ' '.repeat(200_000),
  ]) {
    issuer.discovery = discovery;
    await assert.rejects(find(issuer.url, 'rsa'), (error) => isFailure(error), discovery.slice(0, 50));
    await clock.advance(11_000);
  }
  issuer.discovery = undefined;
  assert.ok(await find(issuer.url, 'rsa'));
  await assert.rejects(find('http://127.0.0.1:1', 'rsa'), (error) => isFailure(error, 'Unreachable'));
});
