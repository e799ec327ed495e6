import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDelivery } from './repository-signatures.ts';

const HEX = 'ab'.repeat(32);
const NOW = 1_800_000_000_000;
const hex = (signature: readonly Uint8Array[]) => signature.map((one) => Buffer.from(one).toString('hex'));

test('each host signs and names its deliveries by headers of its own', () => {
  const cases = [
    ['github', { 'x-hub-signature-256': `sha256=${HEX}`, 'x-github-event': 'push', 'x-github-delivery': 'd' }, 'push'],
    ['gitea', { 'x-gitea-signature': HEX, 'x-gitea-event': 'push', 'x-gitea-delivery': 'd' }, 'push'],
    ['bitbucket', { 'x-hub-signature': `sha256=${HEX}`, 'x-event-key': 'repo:push', 'x-request-uuid': 'd' }, 'repo:push'],
  ] as const;
  for (const [provider, headers, event] of cases) {
    const { proof, ...rest } = readDelivery(provider, headers, NOW);
    assert.deepEqual(rest, { event, id: 'd' });
    assert.ok(proof?.kind === 'hmac');
    assert.deepEqual([hex(proof.signature.signatures), proof.signature.before], [[HEX], '']);
    assert.equal(Buffer.from(proof.signature.key('whsec_AAAA')).toString(), 'whsec_AAAA');
  }
});

test('a signature of the wrong form, or of another host, is none', () => {
  for (const signature of ['', 'sha1=abcd', `sha256=${HEX}0`, 'sha256=', HEX.slice(1)])
    assert.equal(readDelivery('github', { 'x-hub-signature-256': signature }, NOW).proof, undefined);
  assert.equal(readDelivery('bitbucket', { 'x-hub-signature-256': `sha256=${HEX}` }, NOW).proof, undefined);
  assert.equal(readDelivery('gitea', { 'x-gitlab-token': 'secret' }, NOW).proof, undefined);
});

test('GitLab: a token, or a signature over id, time and body, which is asked for once it is there', () => {
  const base = { 'x-gitlab-event': 'Push Hook', 'idempotency-key': 'k', 'x-gitlab-event-uuid': 'u' };
  const token = readDelivery('gitlab', { ...base, 'x-gitlab-token': 's' }, NOW);
  assert.deepEqual(token, { event: 'Push Hook', id: 'k', proof: { kind: 'token', token: 's' } });
  const signed = (seconds: number) => ({
    ...{ ...base, 'x-gitlab-token': 's', 'webhook-id': 'k', 'webhook-timestamp': String(seconds) },
    'webhook-signature': `v1,${Buffer.from(HEX, 'hex').toString('base64')}`,
  });
  const { proof } = readDelivery('gitlab', signed(NOW / 1000), NOW);
  assert.ok(proof?.kind === 'hmac');
  assert.deepEqual([hex(proof.signature.signatures), proof.signature.before], [[HEX], `k.${NOW / 1000}.`]);
  assert.deepEqual(Buffer.from(proof.signature.key('whsec_AAAA')), Buffer.alloc(3));
  assert.equal(readDelivery('gitlab', signed(NOW / 1000 - 301), NOW).proof, undefined);
  assert.equal(readDelivery('gitlab', { 'x-gitlab-event-uuid': 'u' }, NOW).id, 'u');
  assert.equal(readDelivery('gitlab', { 'idempotency-key': 'a b' }, NOW).id, undefined);
});
