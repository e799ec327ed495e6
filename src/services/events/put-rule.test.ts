import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EVENTS_NOW, type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { timers } from '../../model/index.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
  await room.call('CreateEventBus', { Name: 'bus' });
});
after(() => room.close());

const EventPattern = '{"source":["shop"]}';

test('a rule is made, and replaced but for its tags', async () => {
  const arn = `arn:aws:events:us-east-1:${ACCOUNT}:rule/bus/r`;
  const Tags = [{ Key: 'a', Value: 'b' }];
  const made = {
    Name: 'r',
    EventBusName: 'bus',
    EventPattern,
    Description: 'd',
    RoleArn: 'arn:aws:iam::000000000000:role/r',
    Tags,
  };
  assert.deepEqual(await room.call('PutRule', made), { RuleArn: arn });
  await room.call('PutRule', {
    Name: 'r',
    EventBusName: 'bus',
    EventPattern: '{"a":[1]}',
    State: 'DISABLED',
    Tags: [{ Key: 'c', Value: 'd' }],
  });
  assert.deepEqual(await room.call('DescribeRule', { Name: 'r', EventBusName: 'bus' }), {
    ...{ Name: 'r', Arn: arn, EventPattern: '{"a":[1]}', State: 'DISABLED', EventBusName: 'bus', CreatedBy: ACCOUNT },
  });
  assert.deepEqual((await room.call('ListTagsForResource', { ResourceARN: arn })).Tags, Tags);
});

test('a rule without a bus belongs to the default one', async () => {
  assert.deepEqual(await room.call('PutRule', { Name: 'r', EventPattern }), {
    RuleArn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/r`,
  });
});

test('a schedule sets a timer, which goes on until the schedule changes', async () => {
  const put = (more: object) => room.call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(5 minutes)', ...more });
  const timer = () => room.read.get(timers, [`arn:aws:events:us-east-1:${ACCOUNT}:rule/tick`]);
  await put({});
  const first = await timer();
  assert.equal(first?.due, EVENTS_NOW + 300_000);
  await room.call(
    'PutRule',
    { Name: 'tick', ScheduleExpression: 'rate(5 minutes)', Description: 'd' },
    { now: EVENTS_NOW + 1000 },
  );
  assert.deepEqual(await timer(), first);
  await put({ ScheduleExpression: 'cron(0 20 * * ? *)' });
  assert.equal((await timer())?.due, Date.UTC(2026, 0, 1, 20));
  await put({ State: 'DISABLED' });
  assert.equal(await timer(), undefined);
});

test('what cannot be a rule is refused', async () => {
  const says = async (input: object, code: string, text: string) => {
    assert.equal((await refused(room.call('PutRule', { Name: 'x', ...input }), code)).message, text);
  };
  await says({}, 'ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  await says(
    { EventPattern, RoleArn: 'arn:aws:iam::000000000000:role/stranger' },
    'ValidationException',
    "Provided role 'arn:aws:iam::000000000000:role/stranger' cannot be assumed by principal 'events.amazonaws.com'.",
  );
  await says({ ScheduleExpression: 'rate(1 minutes)' }, 'ValidationException', 'Parameter ScheduleExpression is not valid.');
  await says(
    { ScheduleExpression: 'rate(1 minute)', EventBusName: 'bus' },
    'ValidationException',
    'ScheduleExpression is supported only on the default event bus.',
  );
  await says(
    { EventPattern: '{"a":1}' },
    'InvalidEventPatternException',
    'Event pattern is not valid. Reason: "a" must be an object or an array',
  );
  await says({ EventPattern, EventBusName: 'none' }, 'ResourceNotFoundException', 'Event bus none does not exist.');
  await refused(
    room.call('PutRule', { Name: 'x', EventPattern, State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' }),
    'NotImplemented',
  );
  await refused(room.call('PutRule', { Name: 'x', EventPattern, Tags: [{ Key: 'aws:x', Value: '' }] }), 'ValidationException');
});

test('a bus has at most 300 rules', async () => {
  await room.call('CreateEventBus', { Name: 'full' });
  for (let i = 0; i < 300; i++) await room.call('PutRule', { Name: `r${i}`, EventBusName: 'full', EventPattern });
  await refused(room.call('PutRule', { Name: 'more', EventBusName: 'full', EventPattern }), 'LimitExceededException');
  await room.call('PutRule', { Name: 'r0', EventBusName: 'full', EventPattern });
});
