import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Platform, removeDirectory, startPlatform } from '../support/platform.ts';
import { raw } from '../support/raw.ts';
import { type Credentials, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

let platform: Platform;
let key: Credentials;
let aws: ReturnType<typeof sdk>;
const codeOf = (text: string) => /<Code>(.*?)<\/Code>/.exec(text)?.[1];

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  const { AccessKey } = await sdk(platform.url).iam.createAccessKey({});
  key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  aws = sdk(platform.url, key);
  await aws.s3.createBucket({ Bucket: 'auth' });
  await aws.s3.putObject({ Bucket: 'auth', Key: 'a', Body: 'a' });
});
after(async () => {
  await platform?.stop();
  if (platform) removeDirectory(platform.directory);
});

test('an issued key works with its secret for every protocol, and with no other', async () => {
  assert.match(key.accessKeyId, /^AKIA[A-Z0-9]{16}$/);
  assert.equal((await aws.sts.getCallerIdentity({})).Account, '000000000000');
  await aws.lambda.listFunctions({});
  await aws.logs.describeLogGroups({});
  const wrong = sdk(platform.url, { ...key, secretAccessKey: 'wrong' });
  const text =
    /^The request signature we calculated does not match the signature you provided\. Check your (AWS Secret Access Key|key) and signing method\./;
  await refused(wrong.s3.listBuckets({}), 'SignatureDoesNotMatch', text, 403);
  await refused(wrong.s3.getObject({ Bucket: 'auth', Key: 'a' }), 'SignatureDoesNotMatch', text, 403);
  await refused(wrong.sts.getCallerIdentity({}), 'SignatureDoesNotMatch', text, 403);
  await refused(wrong.iam.listRoles({}), 'SignatureDoesNotMatch', text, 403);
  await refused(wrong.lambda.listFunctions({}), 'InvalidSignatureException', text, 403);
  await refused(wrong.logs.describeLogGroups({}), 'InvalidSignatureException', text, 400);
});

/** A client whose clock is wrong by that much. */
const skewed = (ms: number) => {
  const config = { endpoint: platform.url, region: 'us-east-1', credentials: key, maxAttempts: 1, systemClockOffset: ms };
  return {
    s3: new (aws.s3.constructor as typeof import('@aws-sdk/client-s3').S3)({ ...config, forcePathStyle: true }),
    lambda: new (aws.lambda.constructor as typeof import('@aws-sdk/client-lambda').Lambda)(config),
  };
};

test('a clock may be wrong by fifteen minutes', async () => {
  await skewed(-14 * 60_000).s3.listBuckets({});
  for (const ms of [-16 * 60_000, 16 * 60_000]) {
    await refused(skewed(ms).s3.listBuckets({}), 'RequestTimeTooSkewed', '', 403);
    await refused(
      skewed(ms).lambda.listFunctions({}),
      'InvalidSignatureException',
      /^Signature (expired|not yet current): /,
      403,
    );
  }
});

test('presigned queries end with their time, bind their headers and their method', async () => {
  const command = new GetObjectCommand({ Bucket: 'auth', Key: 'a' });
  const path = async (expiresIn: number, age = 0) => {
    const { pathname, search } = new URL(
      await getSignedUrl(aws.s3, command, { expiresIn, signingDate: new Date(Date.now() - age) }),
    );
    return `${pathname}${search}`;
  };
  assert.equal((await raw(platform.url, { path: await path(60) })).text, 'a');
  const expired = await raw(platform.url, { path: await path(60, 120_000) });
  assert.deepEqual([expired.status, codeOf(expired.text)], [403, 'AccessDenied']);
  assert.match(
    expired.text,
    /<Message>Request has expired<\/Message><X-Amz-Expires>60<\/X-Amz-Expires><Expires>.*<\/Expires><ServerTime>/,
  );
  const changed = await raw(platform.url, { path: (await path(60)).replace('/auth/a', '/auth/b') });
  assert.deepEqual([changed.status, codeOf(changed.text)], [403, 'SignatureDoesNotMatch']);
  for (const part of ['AWSAccessKeyId', 'StringToSign', 'SignatureProvided', 'CanonicalRequest'])
    assert.match(changed.text, new RegExp(`<${part}>`));
  const method = await raw(platform.url, { method: 'DELETE', path: await path(60) });
  assert.deepEqual([method.status, codeOf(method.text)], [403, 'SignatureDoesNotMatch']);
  const headers = { 'x-amz-acl': 'public-read' };
  const unsigned = await raw(platform.url, { path: await path(60), headers });
  assert.deepEqual([unsigned.status, codeOf(unsigned.text)], [403, 'AccessDenied']);
  assert.match(
    unsigned.text,
    /There were headers present in the request which were not signed<\/Message><HeadersNotSigned>x-amz-acl</,
  );
});

test('keys end when they are deleted', async () => {
  const { AccessKey } = await aws.iam.createAccessKey({});
  const listed = await aws.iam.listAccessKeys({});
  assert.ok(listed.AccessKeyMetadata?.some((one) => one.AccessKeyId === AccessKey!.AccessKeyId && one.Status === 'Active'));
  await aws.iam.deleteAccessKey({ AccessKeyId: AccessKey!.AccessKeyId! });
  const left = await aws.iam.listAccessKeys({});
  assert.ok(!left.AccessKeyMetadata?.some((one) => one.AccessKeyId === AccessKey!.AccessKeyId));
});

test('what is not there says so by name, in each protocol', async () => {
  await refused(
    aws.lambda.listCodeSigningConfigs({}),
    'NotImplemented',
    'lambda ListCodeSigningConfigs is not implemented by dalamb',
    501,
  );
  await refused(aws.s3.getBucketAbac({ Bucket: 'auth' }), 'NotImplemented', 's3 GetBucketAbac is not implemented by dalamb', 501);
  await refused(aws.iam.listUsers({}), 'NotImplemented', 'iam ListUsers is not implemented by dalamb', 501);
  await refused(
    aws.sts.decodeAuthorizationMessage({ EncodedMessage: 'x' }),
    'NotImplemented',
    /is not implemented by dalamb$/,
    501,
  );
  await refused(
    aws.logs.startQuery({ startTime: 0, endTime: 1, queryString: 'x' }),
    'NotImplemented',
    'logs StartQuery is not implemented by dalamb',
    501,
  );
  const json = await raw(platform.url, {
    method: 'POST',
    path: '/',
    headers: { 'x-amz-target': 'DynamoDB_20120810.ListGlobalTables', 'content-type': 'application/x-amz-json-1.0' },
    body: '{}',
  });
  assert.deepEqual(
    [json.status, JSON.parse(json.text).__type, JSON.parse(json.text).message],
    [501, 'com.amazon.coral.service#NotImplemented', 'dynamodb ListGlobalTables is not implemented by dalamb'],
  );
  const unknown = await raw(platform.url, {
    method: 'POST',
    path: '/',
    headers: { 'x-amz-target': 'Logs_20140328.Nonsense', 'content-type': 'application/x-amz-json-1.1' },
    body: '{}',
  });
  assert.deepEqual([unknown.status, JSON.parse(unknown.text).__type], [400, 'UnknownOperationException']);
  const query = await raw(platform.url, {
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=Nonsense&Version=2010-05-08',
  });
  assert.equal(query.status, 400);
  assert.match(query.text, /<Type>Sender<\/Type><Code>InvalidAction<\/Code>/);
});

test('strict mode knows issued keys only, and wants a signature', async () => {
  const { directory } = platform;
  await platform.kill();
  platform = await startPlatform({ directory, config: `${PROCESS_DRIVER}[auth]\nmode = "strict"\n` });
  aws = sdk(platform.url, key);
  assert.equal((await aws.s3.listBuckets({})).Buckets?.length, 1);
  const stranger = sdk(platform.url);
  await refused(
    stranger.s3.listBuckets({}),
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided does not exist in our records.',
    403,
  );
  const text = 'The security token included in the request is invalid.';
  await refused(stranger.lambda.listFunctions({}), 'UnrecognizedClientException', text, 403);
  await refused(stranger.logs.describeLogGroups({}), 'UnrecognizedClientException', text, 400);
  await refused(stranger.iam.listRoles({}), 'InvalidClientTokenId', text, 403);
  await refused(stranger.sts.getCallerIdentity({}), 'InvalidClientTokenId', text, 403);
  const none = await raw(platform.url, { path: '/2015-03-31/functions' });
  assert.deepEqual([none.status, none.headers['x-amzn-errortype']], [403, 'MissingAuthenticationTokenException']);
  assert.deepEqual(codeOf((await raw(platform.url, { path: '/' })).text), 'AccessDenied');
  const control = await raw(platform.url, { path: '/_dalamb/api/v1/status' });
  assert.equal(control.status, 401);
});
