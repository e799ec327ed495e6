import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('CreateEventBus makes a bus', async () => {
  const arn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/b`;
  const Tags = [{ Key: 'k', Value: 'v' }];
  const made = await room.call('CreateEventBus', { Name: 'b', Description: 'd', Tags, LogConfig: { Level: 'OFF' } });
  assert.deepEqual(made, { EventBusArn: arn, Description: 'd' });
  assert.deepEqual((await room.call('ListTagsForResource', { ResourceARN: arn })).Tags, Tags);
  const error = await refused(room.call('CreateEventBus', { Name: 'b' }), 'ResourceAlreadyExistsException');
  assert.equal(error.message, 'Event bus b already exists.');
});

test('what would not be enforced is refused by name', async () => {
  const settings = [
    { EventSourceName: 'aws.partner/x/y' },
    { KmsKeyIdentifier: 'key' },
    { DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:1:q' } },
    { LogConfig: { Level: 'TRACE' } },
  ];
  for (const setting of settings) {
    const error = await refused(room.call('CreateEventBus', { Name: 'x', ...setting }), 'NotImplemented');
    assert.match(error.message, new RegExp(Object.keys(setting)[0]!));
  }
  await refused(room.call('CreateEventBus', { Name: 'a/b' }), 'ValidationException');
  await refused(room.call('CreateEventBus', { Name: 'default' }), 'ResourceAlreadyExistsException');
});

test('an account has at most 100 buses in a region', async () => {
  for (let i = 0; i < 98; i++) await room.call('CreateEventBus', { Name: `n${i}` });
  await refused(room.call('CreateEventBus', { Name: 'more' }), 'LimitExceededException');
  await room.call('CreateEventBus', { Name: 'more' }, { region: 'eu-west-1' });
});
