import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { credentials, dalamb, deployExample } from '../support/examples.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually } from '../support/sdk.ts';

let platform: Platform;
let s3: S3;
let lambda: Lambda;

before(async () => {
  platform = await startPlatform();
  const settings = { endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  [s3, lambda] = [new S3({ ...settings, forcePathStyle: true }), new Lambda(settings)];
});
after(() => platform?.stop());

const picture = (format: 'jpeg' | 'png') =>
  sharp({ create: { width: 900, height: 600, channels: 3, background: { r: 20, g: 120, b: 90 } } })
    .toFormat(format)
    .toBuffer();

const thumbnail = (Key: string) =>
  eventually(
    `the thumbnail of ${Key}`,
    async () => {
      const object = await s3.getObject({ Bucket: 'small', Key }).catch(() => undefined);
      return object && sharp(await object.Body!.transformToByteArray()).metadata();
    },
    20_000,
  );

test('one command; then every picture that is stored has its thumbnail, and the trace shows why', async () => {
  const said = await deployExample(platform, 'thumbnails', '--thumbnails', 'small');
  assert.match(said, /^Store a picture: aws s3 cp cat\.jpg s3:\/\/photos\/ /);
  await s3.putObject({ Bucket: 'photos', Key: 'notes.txt', Body: 'no picture' });
  const { $metadata } = await s3.putObject({ Bucket: 'photos', Key: 'a cat.jpg', Body: await picture('jpeg') });
  await s3.putObject({ Bucket: 'photos', Key: 'logo.png', Body: await picture('png') });
  for (const key of ['a cat.jpg', 'logo.png']) {
    const { format, width, height } = await thumbnail(key);
    assert.deepEqual([format, width, height], ['jpeg', 128, 85]);
  }
  await eventually('the trace', async () => {
    const trace = await dalamb(platform, 'trace', $metadata.requestId!);
    return /ObjectCreated:Put arn:aws:s3:::photos\/a cat\.jpg[\s\S]*:function:thumbnails delivered/.test(trace) || undefined;
  });
  const { Contents } = await s3.listObjectsV2({ Bucket: 'small' });
  assert.deepEqual(
    Contents!.map(({ Key }) => Key),
    ['a cat.jpg', 'logo.png'],
  );
  assert.equal(await deployExample(platform, 'thumbnails', '--thumbnails', 'small', '--remove'), 'removed');
  assert.deepEqual([(await lambda.listFunctions({})).Functions, (await s3.listBuckets({})).Buckets ?? []], [[], []]);
});
