import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openSns, type SnsRoom } from '../../../test/support/sns-room.ts';
import { isFailure, randomIds, silentLogger } from '../../kernel/index.ts';
import { createSigner } from './signer.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('the certificate that is served verifies both versions, and outlives a restart', async () => {
  const { signing, route, background } = sns.service;
  assert.throws(() => signing(), /not there yet/);
  await background[0]!.start();
  const { certificatePath, sign } = signing();
  assert.match(certificatePath, /^\/_dalamb\/sns\/SimpleNotificationService-[0-9a-f]{32}\.pem$/);
  const request = {
    method: 'GET',
    path: certificatePath,
    query: new URLSearchParams(),
    headers: {},
    body: async () => new Uint8Array(),
    stream: () => assert.fail('it has no body'),
    trusted: true,
    sourceIp: '127.0.0.1',
    signal: new AbortController().signal,
  };
  const { body, headers } = await route.handle(request);
  assert.equal(headers['content-type'], 'application/x-pem-file');
  const certificate = new X509Certificate(body as string);
  assert.equal(certificate.subject, 'CN=sns.dalamb');
  assert.ok(certificate.verify(certificate.publicKey), 'signed by itself');
  assert.ok(
    certificate.validFromDate.getTime() < sns.clock.now() && certificate.validToDate.getTime() > sns.clock.now() + 10 ** 11,
  );
  for (const [version, hash] of [
    ['1', 'sha1'],
    ['2', 'sha256'],
  ] as const) {
    const signature = sign(version, 'text');
    assert.ok(verify(hash, Buffer.from('text'), certificate.publicKey, Buffer.from(signature, 'base64')));
    assert.ok(!verify(hash, Buffer.from('other'), certificate.publicKey, Buffer.from(signature, 'base64')));
    assert.equal(sign(version, 'text'), signature);
  }
  await assert.rejects(route.handle({ ...request, path: '/_dalamb/sns/x.pem' }), (error) => isFailure(error, 'NoSuchThing'));
  const again = { seal: () => '', open: () => undefined, digest: () => '' };
  const unreadable = createSigner({ ...sns, ids: randomIds, logger: silentLogger, box: again, canSendMail: false });
  await assert.rejects(unreadable.start(), (error) => isFailure(error, 'SecretUnreadable'));
  await background[0]!.start();
  assert.equal(signing().certificatePath, certificatePath);
});
