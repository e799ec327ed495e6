import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';

const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:thumb`;
let s3: S3Room;
const asked: object[] = [];
before(async () => {
  s3 = await openS3(async (arn, caller) => {
    asked.push(caller);
    return arn === ARN;
  });
  await s3.call('CreateBucket', { Bucket: 'bucket' });
});
after(() => s3.close());

const rule = (events: string[], filters: [string, string][] = [], more: object = {}) => ({
  LambdaFunctionArn: ARN,
  Events: events,
  ...(filters.length ? { Filter: { Key: { FilterRules: filters.map(([Name, Value]) => ({ Name, Value })) } } } : {}),
  ...more,
});
const put = (rules: object[] | undefined, more: object = {}, outer: object = {}) =>
  s3.call('PutBucketNotificationConfiguration', {
    Bucket: 'bucket',
    NotificationConfiguration: { LambdaFunctionConfigurations: rules, ...more },
    ...outer,
  });
const get = () => s3.call('GetBucketNotificationConfiguration', { Bucket: 'bucket' });

test('is kept, echoed with capital filter names, and replaced by an empty one', async () => {
  assert.deepEqual(await get(), {});
  await put([
    rule(
      ['s3:ObjectCreated:*'],
      [
        ['prefix', 'in/'],
        ['SUFFIX', '.jpg'],
      ],
      { Id: 'mine' },
    ),
  ]);
  assert.deepEqual((await get()).LambdaFunctionConfigurations, [
    rule(
      ['s3:ObjectCreated:*'],
      [
        ['Prefix', 'in/'],
        ['Suffix', '.jpg'],
      ],
      { Id: 'mine' },
    ),
  ]);
  assert.deepEqual(asked.at(-1), { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::bucket', sourceAccount: ACCOUNT });
  await put([rule(['s3:ObjectRemoved:*'])]);
  assert.match((await get()).LambdaFunctionConfigurations[0].Id, /^[0-9a-f-]{36}$/);
  await put(undefined);
  assert.deepEqual(await get(), {});
});

test('targets are parsed, then asked', async () => {
  const bad = await refused(put([rule(['s3:ObjectCreated:*'], [], { LambdaFunctionArn: 'nonsense' })]), 'InvalidArgument');
  assert.equal(bad.message, 'The ARN could not be parsed');
  const other = rule(['s3:ObjectCreated:*'], [], { LambdaFunctionArn: `${ARN}-other` });
  const closed = await refused(put([other]), 'InvalidArgument');
  assert.equal(closed.message, 'Unable to validate the following destination configurations');
  await put([other], {}, { SkipDestinationValidation: true });
  await put([]);
});

test('what cannot be reached is refused by name', async () => {
  await refused(put([], { TopicConfigurations: [{}] }), 'NotImplemented');
  await refused(put([], { QueueConfigurations: [{}] }), 'NotImplemented');
  await refused(put([], { EventBridgeConfiguration: {} }), 'NotImplemented');
  await refused(put([rule(['s3:Replication:*'])]), 'NotImplemented');
  await refused(put([rule(['s3:Nonsense'])]), 'InvalidArgument');
  await refused(put([rule(['s3:ObjectCreated:*'], [['infix', 'x']])]), 'InvalidArgument');
  await refused(
    put([
      rule(
        ['s3:ObjectCreated:*'],
        [
          ['prefix', 'x'],
          ['Prefix', 'y'],
        ],
      ),
    ]),
    'InvalidArgument',
  );
});

test('rules must not overlap', async () => {
  await refused(put([rule(['s3:ObjectCreated:*']), rule(['s3:ObjectCreated:Put'])]), 'InvalidArgument');
  await refused(
    put([rule(['s3:ObjectCreated:*'], [['prefix', 'a']]), rule(['s3:ObjectCreated:*'], [['prefix', 'ab']])]),
    'InvalidArgument',
  );
  await refused(
    put([rule(['s3:ObjectCreated:*'], [], { Id: 'x' }), rule(['s3:ObjectRemoved:*'], [], { Id: 'x' })]),
    'InvalidArgument',
  );
  await put([
    rule(
      ['s3:ObjectCreated:*'],
      [
        ['prefix', 'a'],
        ['suffix', '.jpg'],
      ],
    ),
    rule(
      ['s3:ObjectCreated:*'],
      [
        ['prefix', 'a'],
        ['suffix', '.png'],
      ],
    ),
    rule(['s3:ObjectRemoved:*']),
  ]);
});
