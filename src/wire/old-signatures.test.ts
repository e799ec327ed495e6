import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { createWire } from './wire.ts';

const NOW = Date.UTC(2026, 0, 1);
const wire = createWire();
const s3 = { service: 's3', operation: 'GetObject', protocol: 'restXml', region: 'us-east-1' } as const;
const later = NOW / 1000 + 60;

function requestOf(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return { method, url, headers: { host: 'localhost:4566', ...headers }, body: Readable.from([]) };
}

const signed = (text: string) => encodeURIComponent(createHmac('sha1', 'secret').update(text).digest('base64'));

async function refusal(request: ReturnType<typeof requestOf>, match: typeof s3 | { service: 'logs' } = s3): Promise<string> {
  try {
    wire.signature(request);
    await wire.verify(request, { ...s3, ...match }, 'secret', NOW);
  } catch (error) {
    if (isFailure(error)) return `${error.status} ${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('a query of signature version 2 is known, and verified', async () => {
  const signature = signed(`GET\n\n\n${later}\n/b/a%20b?response-content-type=a/b&versionId=v`);
  const query = `versionId=v&response-content-type=a%2Fb&x-id=GetObject&AWSAccessKeyId=AKID&Expires=${later}`;
  const request = requestOf(`/b/a%20b?${query}&Signature=${signature}`);
  const { kind, ...claim } = wire.signature(request);
  assert.equal(kind, 'signed');
  assert.deepEqual(claim, { accessKeyId: 'AKID', sessionToken: undefined, service: 's3', region: 'us-east-1', presigned: true });
  assert.equal(await refusal(request), 'accepted');
  const other = requestOf(`/b/other?${query}&Signature=${signature}`);
  assert.match(await refusal(other), /^403 SignatureDoesNotMatch/);
  assert.match(await refusal(requestOf(request.url, {}, 'DELETE')), /^403 SignatureDoesNotMatch/);
  assert.match(await refusal(requestOf(request.url, { 'x-amz-acl': 'public-read' })), /^403 SignatureDoesNotMatch/);
  assert.match(await refusal(request, { service: 'logs' }), /^403 MissingAuthenticationTokenException/);
});

test('headers that clients move into the query are signed as headers; hosts may name the bucket', async () => {
  const text = `PUT\n\ntext/x\n${later}\nx-amz-acl:private\nx-amz-security-token:t\n/b/k`;
  const query = `content-type=text%2Fx&x-amz-security-token=t&AWSAccessKeyId=AKID&Expires=${later}&Signature=${signed(text)}`;
  const request = requestOf(`/k?${query}`, { host: 'b.s3.eu-west-1.localhost', 'x-amz-acl': 'private' }, 'PUT');
  const claim = wire.signature(request);
  assert.ok(claim.kind === 'signed' && claim.sessionToken === 't' && claim.region === 'eu-west-1');
  assert.equal(await refusal(request), 'accepted');
  const moved = requestOf(`/k?x-amz-acl=private&${query}`, { host: 'b.s3.localhost' }, 'PUT');
  assert.equal(await refusal(moved), 'accepted');
  const added = requestOf(moved.url, { host: 'b.s3.localhost', 'x-amz-acl': 'public-read' }, 'PUT');
  assert.match(await refusal(added), /^403 SignatureDoesNotMatch/);
  const typed = requestOf(moved.url, { host: 'b.s3.localhost', 'content-type': 'text/html' }, 'PUT');
  assert.match(await refusal(typed), /^403 SignatureDoesNotMatch/);
});

test('what is over, or lacks something, is refused', async () => {
  const query = (expires: string) => `AWSAccessKeyId=AKID&Expires=${expires}&Signature=${signed(`GET\n\n\n${expires}\n/b/k`)}`;
  for (const expires of [String(NOW / 1000), '0', 'soon', '-1', '9'.repeat(20)])
    assert.equal(await refusal(requestOf(`/b/k?${query(expires)}`)), '403 AccessDenied: Request has expired');
  const lacking = '403 AccessDenied: Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters';
  for (const some of ['AWSAccessKeyId=a&Expires=1', 'AWSAccessKeyId=a&Signature=s', 'Signature=s&Expires=1', 'Signature=s'])
    assert.equal(await refusal(requestOf(`/b/k?${some}`)), lacking);
  assert.deepEqual(wire.signature(requestOf('/b/k?prefix=Signature=')), { kind: 'anonymous' });
});
