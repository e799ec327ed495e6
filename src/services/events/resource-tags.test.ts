import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

const Tags = [
  { Key: 'tag1', Value: 'value1' },
  { Key: 'tag2', Value: 'value2' },
];

test('rules and buses are tagged and untagged', async () => {
  await room.call('CreateEventBus', { Name: 'b' });
  const rule = (await room.call('PutRule', { Name: 'r', EventBusName: 'b', EventPattern: '{"a":[1]}' })).RuleArn;
  const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/`;
  for (const ResourceARN of [rule, `${bus}b`, `${bus}default`]) {
    const listed = async () => (await room.call('ListTagsForResource', { ResourceARN })).Tags;
    assert.deepEqual(await listed(), []);
    await room.call('TagResource', { ResourceARN, Tags });
    await room.call('TagResource', { ResourceARN, Tags: [{ Key: 'tag1', Value: 'new' }] });
    assert.deepEqual(await listed(), [{ Key: 'tag1', Value: 'new' }, Tags[1]]);
    await room.call('UntagResource', { ResourceARN, TagKeys: ['tag1', 'none'] });
    assert.deepEqual(await listed(), [Tags[1]]);
    await room.call('UntagResource', { ResourceARN, TagKeys: ['tag2'] });
    assert.deepEqual(await listed(), []);
  }
});

test('what is not there cannot be tagged', async () => {
  const arn = (resource: string) => `arn:aws:events:us-east-1:${ACCOUNT}:${resource}`;
  const cases = [
    ['rule/x', 'Rule x does not exist on EventBus default.'],
    ['event-bus/x', 'Event bus x does not exist.'],
    ['rule/x/y', 'Event bus x does not exist.'],
  ] as const;
  for (const [resource, text] of cases) {
    for (const [operation, more] of [
      ['TagResource', { Tags }],
      ['UntagResource', { TagKeys: ['a'] }],
      ['ListTagsForResource', {}],
    ] as const) {
      const error = await refused(room.call(operation, { ResourceARN: arn(resource), ...more }), 'ResourceNotFoundException');
      assert.equal(error.message, text);
    }
  }
  await refused(room.call('ListTagsForResource', { ResourceARN: arn('archive/x') }), 'ValidationException');
});

test('at most fifty tags', async () => {
  const ResourceARN = (await room.call('PutRule', { Name: 't', EventPattern: '{"a":[1]}' })).RuleArn;
  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
  await room.call('TagResource', { ResourceARN, Tags: many });
  await refused(room.call('TagResource', { ResourceARN, Tags: [{ Key: 'one more', Value: '' }] }), 'LimitExceededException');
});
