import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, openS3, refused, type S3Room } from '../../../test/support/s3-room.ts';
import { type PlatformCode, platformFailure } from '../../kernel/index.ts';
import type { PutItem, PutTarget } from '../../model/index.ts';

const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:thumb`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`;
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:news`;
const REFUSED: Record<string, PlatformCode> = {
  [`${QUEUE}-missing`]: 'TargetMissing',
  [`${QUEUE}-closed`]: 'TargetRefused',
  [`${QUEUE}-busy`]: 'TargetBusy',
};
const sent: [PutTarget, PutItem][] = [];
let s3: S3Room;
const asked: object[] = [];
before(async () => {
  s3 = await openS3({
    mayInvoke: async (arn, caller) => {
      asked.push(caller);
      return arn === ARN;
    },
    put: async (_, target, item) => {
      const refusal = REFUSED[target.arn];
      if (refusal) throw platformFailure(refusal);
      sent.push([target, item]);
    },
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

test('queues and topics are proved by a test event in the same transaction; the bus needs no proof', async () => {
  sent.length = 0;
  const configuration = {
    QueueConfigurations: [{ Id: 'q', QueueArn: QUEUE, Events: ['s3:ObjectCreated:*'] }],
    TopicConfigurations: [
      { Id: 't', TopicArn: TOPIC, Events: ['s3:ObjectRemoved:*'] },
      { Id: 'u', TopicArn: TOPIC, Events: ['s3:ObjectTagging:*'] },
    ],
    EventBridgeConfiguration: {},
  };
  await put(undefined, configuration, {});
  assert.deepEqual(
    { ...(await get()), LambdaFunctionConfigurations: undefined },
    { LambdaFunctionConfigurations: undefined, ...configuration },
  );
  assert.deepEqual(
    sent.map(([{ kind, arn }, { subject }]) => [kind, arn, subject]),
    [
      ['queue', QUEUE, undefined],
      ['topic', TOPIC, 'Amazon S3 Notification'],
    ],
  );
  const [, item] = sent[0]!;
  assert.deepEqual(item.caller, { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::bucket', sourceAccount: ACCOUNT });
  const { Time, ...event } = JSON.parse(item.body);
  const HostId = Buffer.from('dalamb/REQUEST').toString('base64');
  assert.deepEqual(event, { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'bucket', RequestId: 'REQUEST', HostId });
  assert.match(Time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  await put(undefined, { EventBridgeConfiguration: {} });
  assert.deepEqual((await get()).EventBridgeConfiguration, {});
  await put(undefined);
  assert.deepEqual(await get(), {});
});

test('what refuses the test event, is ordered, or is elsewhere, is no destination, and nothing is stored', async () => {
  const queue = (QueueArn: string) => ({ QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] });
  for (const arn of [`${QUEUE}-missing`, `${QUEUE}-closed`, `${QUEUE}.fifo`, QUEUE.replace('us-east-1', 'eu-west-1')]) {
    const failure = await refused(put(undefined, queue(arn)), 'InvalidArgument');
    assert.equal(failure.message, 'Unable to validate the following destination configurations', arn);
  }
  await refused(put(undefined, queue(`${QUEUE}-busy`)), 'TargetBusy');
  for (const arn of [ARN, TOPIC, 'arn:aws:sqs:us-east-1:000000000000:a b'])
    assert.equal((await refused(put(undefined, queue(arn)), 'InvalidArgument')).message, 'The ARN could not be parsed');
  assert.deepEqual(await get(), {});
  sent.length = 0;
  await put(undefined, queue(`${QUEUE}-missing`), { SkipDestinationValidation: true });
  assert.deepEqual(sent, []);
});

test('rules of all kinds must not overlap', async () => {
  const both = { QueueConfigurations: [{ QueueArn: QUEUE, Events: ['s3:ObjectCreated:Put'] }] };
  await refused(put([rule(['s3:ObjectCreated:*'])], both), 'InvalidArgument');
});
