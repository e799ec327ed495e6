import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { forms } from './forms.ts';
import { createWire } from './wire.ts';

const formOf = (fields: Record<string, string>) => ({ fields: new Map(Object.entries(fields)) });
const signed = {
  policy: 'cG9saWN5',
  'x-amz-algorithm': 'AWS4-HMAC-SHA256',
  'x-amz-credential': 'AKID/20260101/eu-west-1/s3/aws4_request',
  'x-amz-date': '20260101T000000Z',
  'x-amz-signature': '0'.repeat(64),
};

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('who claims to have signed', () => {
  assert.deepEqual(forms.signature(formOf({ key: 'k' })), { kind: 'anonymous' });
  const claim = { kind: 'signed', service: 's3', presigned: true, sessionToken: undefined };
  assert.deepEqual(forms.signature(formOf(signed)), { ...claim, accessKeyId: 'AKID', region: 'eu-west-1' });
  const old = { awsaccesskeyid: 'AKID', signature: 's', policy: 'p', 'x-amz-security-token': 't' };
  assert.deepEqual(forms.signature(formOf(old)), { ...claim, accessKeyId: 'AKID', region: 'us-east-1', sessionToken: 't' });
});

test('a signature that lacks something is none', () => {
  for (const name of ['policy', 'x-amz-credential', 'x-amz-date', 'x-amz-signature']) {
    const said = refusal(() => forms.signature(formOf({ ...signed, [name]: '' })));
    assert.match(said.toLowerCase(), new RegExp(`^invalidargument: bucket post must contain a field named '${name}'`));
  }
  assert.match(
    refusal(() => forms.signature(formOf({ ...signed, 'x-amz-algorithm': 'x' }))),
    /^InvalidArgument: X-Amz-Algorithm/,
  );
  assert.match(
    refusal(() => forms.signature(formOf({ ...signed, 'x-amz-credential': 'x' }))),
    /^IncompleteSignature/,
  );
  assert.match(
    refusal(() => forms.verify(formOf(signed), 'secret')),
    /^SignatureDoesNotMatch/,
  );
  const other = { ...signed, 'x-amz-credential': 'AKID/20260101/eu-west-1/sqs/aws4_request' };
  assert.match(
    refusal(() => forms.verify(formOf(other), 'secret')),
    /^SignatureDoesNotMatch/,
  );
  assert.match(
    refusal(() => forms.verify(formOf({ awsaccesskeyid: 'A', signature: 's', policy: 'p' }), 'secret')),
    /^SignatureDoes/,
  );
});

test('the fields of an object become its headers, and no others', async () => {
  const wire = createWire();
  const fields = {
    ...signed,
    acl: 'private',
    'content-type': 'a/b',
    'x-amz-meta-name': 'ü',
    'x-amz-storage-class': 'STANDARD',
    'x-amz-target': 'Logs_20140328.CreateLogGroup',
    'x-amz-content-sha256': 'x',
    authorization: 'x',
    host: 'sqs.localhost',
    'x-amz-copy-source': '/secret/object',
  };
  const key = '../a b?c#d%/ü';
  const request = wire.forms.put(formOf(fields), { bucket: 'schedules', key, body: Readable.from([Buffer.from('x')]) });
  assert.deepEqual(Object.keys(request.headers).sort(), [
    'content-type',
    'host',
    'x-amz-acl',
    'x-amz-meta-name',
    'x-amz-storage-class',
  ]);
  assert.deepEqual(wire.signature(request), { kind: 'anonymous' });
  const match = await wire.match(request);
  assert.deepEqual([match.service, match.operation], ['s3', 'PutObject']);
  const { input } = await wire.decode(request, match);
  assert.deepEqual([input.Bucket, input.Key, input.Metadata], ['schedules', key, { name: 'ü' }]);
  const refused: Record<string, string>[] = [{ 'x-amz-meta-a b': '' }, { 'x-amz-meta-a': 'b\r\nc' }];
  for (const bad of refused)
    assert.match(
      refusal(() => wire.forms.put(formOf(bad), { bucket: 'b', key, body: Readable.from([]) })),
      /^InvalidArgument/,
    );
});
