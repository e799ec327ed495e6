import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';
import { corsHeaders, preflight } from '../../model/index.ts';

let s3: S3Room;
before(async () => {
  s3 = await openS3();
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const RULE = { AllowedMethods: ['GET', 'PUT'], AllowedOrigins: ['https://*.example.com'], AllowedHeaders: ['x-amz-*'] };
const put = (...CORSRules: object[]) => s3.call('PutBucketCors', { Bucket: 'bucket', CORSConfiguration: { CORSRules } });

test('rules are kept, echoed and removed', async () => {
  await put({ ...RULE, ID: 'one', MaxAgeSeconds: 60, ExposeHeaders: ['ETag'] });
  const { CORSRules } = await s3.call('GetBucketCors', { Bucket: 'bucket' });
  assert.deepEqual(CORSRules, [{ ...RULE, ID: 'one', MaxAgeSeconds: 60, ExposeHeaders: ['ETag'] }]);
  await s3.call('DeleteBucketCors', { Bucket: 'bucket' });
  await refused(s3.call('GetBucketCors', { Bucket: 'bucket' }), 'NoSuchCORSConfiguration');
});

test('rules that are none', async () => {
  await refused(put(), 'MalformedXML');
  await refused(put({ ...RULE, AllowedMethods: ['PATCH'] }), 'InvalidRequest');
  await refused(put({ ...RULE, AllowedOrigins: ['*.*'] }), 'InvalidRequest');
  await refused(put(...Array.from({ length: 101 }, () => RULE)), 'MalformedXML');
});

test('preflights and actual answers are judged by them', () => {
  const rules = [
    { origins: ['https://*.example.com'], methods: ['PUT'], headers: ['X-Amz-*'], expose: ['ETag'], maxAgeSeconds: 60 },
  ];
  const ask = { origin: 'https://a.example.com', method: 'PUT', headers: 'X-Amz-Date, x-amz-acl' };
  assert.deepEqual(preflight(rules, ask), {
    'access-control-allow-origin': 'https://a.example.com',
    'access-control-allow-methods': 'PUT',
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': 'x-amz-date, x-amz-acl',
    'access-control-expose-headers': 'ETag',
    'access-control-max-age': '60',
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  });
  for (const wrong of [{ origin: 'https://example.com' }, { method: 'GET' }, { headers: 'authorization' }])
    assert.throws(() => preflight(rules, { ...ask, ...wrong }), { code: 'AccessForbidden', status: 403 });
  assert.throws(() => preflight([], ask), { message: 'CORSResponse: CORS is not enabled for this bucket.' });
  assert.throws(() => preflight(undefined, ask), { message: 'CORSResponse: Bucket not found' });
  assert.throws(() => preflight(rules, { method: 'PUT' }), { code: 'BadRequest' });
  assert.equal(corsHeaders(rules, 'https://a.example.com', 'PUT')['access-control-allow-origin'], 'https://a.example.com');
  assert.deepEqual(corsHeaders(rules, 'https://evil.test', 'PUT'), {});
  assert.deepEqual(corsHeaders([{ ...rules[0]!, origins: ['*'] }], 'https://x', 'PUT')['access-control-allow-origin'], '*');
});
