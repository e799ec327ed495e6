import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, contextOf, OTHER, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;

const ask = (operation: string, input: object) => room.access(operation, input as Record<string, unknown>, contextOf());
const on = async (operation: string, input: object) => {
  const [first] = await ask(operation, input);
  return `${first!.action} ${first!.resource}`;
};
const arn = (resource: string) => `arn:aws:events:us-east-1:${ACCOUNT}:${resource}`;

test('each operation asks its action on its resource', async () => {
  assert.equal(await on('PutRule', { Name: 'r' }), `events:PutRule ${arn('rule/r')}`);
  assert.equal(await on('DeleteRule', { Name: 'r', EventBusName: 'b' }), `events:DeleteRule ${arn('rule/b/r')}`);
  assert.equal(await on('PutTargets', { Rule: 'r', EventBusName: arn('event-bus/b') }), `events:PutTargets ${arn('rule/b/r')}`);
  assert.equal(await on('CreateEventBus', { Name: 'b' }), `events:CreateEventBus ${arn('event-bus/b')}`);
  assert.equal(await on('DescribeEventBus', {}), `events:DescribeEventBus ${arn('event-bus/default')}`);
  assert.equal(await on('PutPermission', { EventBusName: 'b' }), `events:PutPermission ${arn('event-bus/b')}`);
  assert.equal(await on('CreateArchive', { ArchiveName: 'a' }), `events:CreateArchive ${arn('archive/a')}`);
  assert.equal(await on('StartReplay', { ReplayName: 'r' }), `events:StartReplay ${arn('replay/r')}`);
  assert.equal(await on('TagResource', { ResourceARN: arn('rule/r') }), `events:TagResource ${arn('rule/r')}`);
  assert.equal(await on('ListRules', {}), 'events:ListRules *');
});

test('PutEvents asks for each bus and kind of event, with the policy of the bus', async () => {
  await room.call('PutPermission', { Action: 'events:PutEvents', Principal: OTHER, StatementId: 'x' });
  const Entries = [
    { Source: 'a', DetailType: 'd' },
    { Source: 'a', DetailType: 'd' },
    { Source: 'b', DetailType: 'd', EventBusName: `arn:aws:events:us-east-1:${OTHER}:event-bus/x` },
  ];
  const [own, other, ...more] = await ask('PutEvents', { Entries });
  assert.deepEqual(
    [own!.action, own!.resource, own!.context],
    ['events:PutEvents', bus, { 'events:source': 'a', 'events:detail-type': 'd', 'events:eventbusinvocation': 'false' }],
  );
  assert.ok(own!.resourcePolicy);
  assert.deepEqual([other!.resource, other!.resourcePolicy, more], [Entries[2]!.EventBusName, undefined, []]);
});

test('a role that is given must be allowed to be passed on; tags and targets are conditions', async () => {
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/r`;
  const [, pass] = await ask('PutTargets', { Rule: 'r', Targets: [{ Arn: 't', RoleArn }] });
  assert.deepEqual(pass, {
    action: 'iam:PassRole',
    resource: RoleArn,
    context: { 'iam:passedtoservice': 'events.amazonaws.com' },
  });
  const [targets] = await ask('PutTargets', { Rule: 'r', Targets: [{ Arn: 't' }] });
  assert.deepEqual(targets!.context, { 'events:targetarn': ['t'] });
  const [tags] = await ask('TagResource', { ResourceARN: 'x', Tags: [{ Key: 'K', Value: 'v' }] });
  assert.deepEqual(tags!.context, { 'aws:requesttag/k': 'v', 'aws:tagkeys': ['K'] });
  await refused(room.call('DescribeRule', { Name: 'none' }), 'ResourceNotFoundException');
});

test('a rule can be narrowed to sources and detail types', async () => {
  const context = async (EventPattern: unknown) => (await ask('PutRule', { Name: 'r', EventPattern }))[0]!.context;
  assert.deepEqual(await context('{"source":["a","b"],"detail-type":["d"]}'), {
    'events:source': ['a', 'b'],
    'events:detail-type': ['d'],
  });
  for (const pattern of ['{"source":[{"prefix":"a"}]}', '{', 'null', undefined]) assert.deepEqual(await context(pattern), {});
});
