import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT } from '../../../test/support/s3-room.ts';
import { type CarriedDelivery, seeBusEvent } from '../../model/index.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;

const queue = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;

async function routed(entry: object = {}): Promise<readonly CarriedDelivery[]> {
  await room.call('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{"n":1}', ...entry }] });
  return room.route((await room.events()).at(-1)!.body);
}
const subscribers = (deliveries: readonly CarriedDelivery[]) => deliveries.map(({ subscriber }) => subscriber);
const arn = `arn:aws:events:us-east-1:${ACCOUNT}:rule/`;

test('an event goes to each target of each rule that matches, as soon as the rule is put', async () => {
  assert.deepEqual(await routed(), []);
  await room.call('PutRule', { Name: 'b', EventPattern: '{"source":["shop"]}' });
  await room.call('PutTargets', { Rule: 'b', Targets: ['1', '2'].map((Id) => ({ Id, Arn: queue })) });
  await room.call('PutRule', { Name: 'a', EventPattern: '{"detail":{"n":[1]}}' });
  await room.call('PutTargets', { Rule: 'a', Targets: [{ Id: '1', Arn: queue }] });
  assert.deepEqual(subscribers(await routed()), [`rule:${arn}a#1`, `rule:${arn}b#1`, `rule:${arn}b#2`]);
  assert.deepEqual(subscribers(await routed({ Detail: '{"n":2}' })), [`rule:${arn}b#1`, `rule:${arn}b#2`]);
  await room.call('DisableRule', { Name: 'b' });
  await room.call('RemoveTargets', { Rule: 'a', Ids: ['1'] });
  assert.deepEqual(await routed(), []);
  await room.call('EnableRule', { Name: 'b' });
  assert.equal((await routed()).length, 2);
  const { body } = (await room.events()).at(-1)!;
  assert.deepEqual(await room.route({ ...body, bus: `${bus}2` }), []);
});

test('an event for one rule goes there only, a replay to the rules it names', async () => {
  await room.call('PutTargets', { Rule: 'a', Targets: [{ Id: '1', Arn: queue }] });
  await routed();
  const { body } = (await room.events()).at(-1)!;
  assert.deepEqual(subscribers(await room.route({ ...body, rule: `${arn}a` })), [`rule:${arn}a#1`]);
  assert.deepEqual(await room.route({ ...body, rule: `${arn}none` }), []);
  const replay = { name: 'r', rules: [`${arn}a`, `${arn}x`] };
  const [only, ...others] = await room.route({ ...body, replay });
  assert.deepEqual([only!.subscriber, others.length], [`rule:${arn}a#1`, 0]);
  assert.equal(JSON.parse(only!.payload(1))['replay-name'], 'r');
});

test('a bus that was made again has none of the rules it had', async () => {
  await room.call('CreateEventBus', { Name: 'b' });
  await room.call('PutRule', { Name: 'r', EventBusName: 'b', EventPattern: '{"source":["shop"]}' });
  await room.call('PutTargets', { Rule: 'r', EventBusName: 'b', Targets: [{ Id: '1', Arn: queue }] });
  assert.equal((await routed({ EventBusName: 'b' })).length, 1);
  await room.call('RemoveTargets', { Rule: 'r', EventBusName: 'b', Ids: ['1'] });
  await room.call('DeleteRule', { Name: 'r', EventBusName: 'b' });
  await room.call('DeleteEventBus', { Name: 'b' });
  await room.call('CreateEventBus', { Name: 'b' });
  assert.deepEqual(await routed({ EventBusName: 'b' }), []);
});

test('a delivery says what its target gets, on whose behalf, how long it is tried and what becomes of it then', async () => {
  const role = `arn:aws:iam::${ACCOUNT}:role/r`;
  const dead = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
  const Targets = [
    {
      Id: '1',
      Arn: `${queue}.fifo`,
      SqsParameters: { MessageGroupId: 'g' },
      InputPath: '$.detail',
      DeadLetterConfig: { Arn: dead },
    },
    {
      Id: '2',
      Arn: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`,
      RoleArn: role,
      KinesisParameters: { PartitionKeyPath: '$.detail.n' },
    },
    {
      Id: '3',
      Arn: bus.replace('default', 'next'),
      RoleArn: role,
      RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
    },
    { Id: '4', Arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`, Input: '{"c":1}' },
    {
      Id: '5',
      Arn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/g`,
      InputTransformer: { InputTemplate: '<aws.events.rule-name>' },
    },
  ];
  await room.call('PutRule', { Name: 'all', EventPattern: '{"source":["all"]}' });
  await room.call('PutTargets', { Rule: 'all', Targets });
  const deliveries = await routed({ Source: 'all', Detail: '{"n": 7.0}' });
  const [fifo, stream, next, fn, logs] = deliveries as [
    CarriedDelivery,
    CarriedDelivery,
    CarriedDelivery,
    CarriedDelivery,
    CarriedDelivery,
  ];
  const service = { service: 'events.amazonaws.com', sourceArn: `${arn}all`, sourceAccount: ACCOUNT };
  assert.deepEqual(
    [fifo.target, fifo.item(1)],
    [
      { kind: 'queue', arn: `${queue}.fifo` },
      { groupId: 'g', body: '{"n":7}', caller: service },
    ],
  );
  assert.deepEqual([fifo.policy.maxRetries, fifo.policy.maxAgeMs, fifo.action], [185, 86_400_000, undefined]);
  const text = seeBusEvent((await room.events()).at(-1)!.body).text();
  assert.ok(text.endsWith('"detail":{"n": 7.0}}'));
  const end = { reason: 'RetriesExhausted', error: 'the target does not exist: q', attempts: 186 };
  assert.deepEqual(fifo.deadLetter?.item(end), {
    body: text,
    caller: service,
    attributes: {
      RULE_ARN: { type: 'String', value: `${arn}all` },
      TARGET_ARN: { type: 'String', value: `${queue}.fifo` },
      ERROR_CODE: { type: 'String', value: 'NO_RESOURCE' },
      ERROR_MESSAGE: { type: 'String', value: 'the target does not exist: q' },
      EXHAUSTED_RETRY_CONDITION: { type: 'String', value: 'MaximumRetryAttempts' },
      RETRY_ATTEMPTS: { type: 'Number', value: '185' },
    },
  });
  assert.deepEqual([stream.item(1), stream.action], [{ partitionKey: '7', body: text, caller: { role } }, 'kinesis:PutRecord']);
  assert.deepEqual([next.policy.maxRetries, next.policy.maxAgeMs, next.action], [1, 60_000, 'events:PutEvents']);
  const { passedOn, body, source } = next.item(1);
  assert.deepEqual([passedOn?.hops, passedOn?.account, body, source], [1, ACCOUNT, '{"n": 7.0}', 'all']);
  assert.deepEqual([fn.target.kind, fn.payload(1), logs.payload(1)], ['function', '{"c":1}', '"all"']);
});
