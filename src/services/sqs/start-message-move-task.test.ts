import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, bodies, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const start = (SourceArn: string, more: object = {}) => room.call('StartMessageMoveTask', { SourceArn, ...more });
const status = async (name: string) => (await room.call('ListMessageMoveTasks', { SourceArn: arnOf(name) })).Results[0];

/** A dead-letter queue and its source, with messages that came from there. */
async function deadLetters(name: string, count: number): Promise<{ url: string; dead: string }> {
  const suffix = name.endsWith('.fifo') ? '.fifo' : '';
  const more: Record<string, string> = suffix ? { ContentBasedDeduplication: 'true' } : {};
  const dead = await room.create(`dead-${name}`, more);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(`dead-${name}`), maxReceiveCount: 1 });
  const url = await room.create(name, { ...more, RedrivePolicy, VisibilityTimeout: '0' });
  for (let i = 0; i < count; i++)
    await room.call('SendMessage', { QueueUrl: url, MessageBody: String(i), ...(suffix ? { MessageGroupId: 'g' } : {}) });
  for (let left = count; left > 0; ) left -= (await room.receive(url)).length;
  assert.deepEqual(await room.receive(url), []);
  assert.equal((await room.backlog(dead))[0], count);
  return { url, dead };
}

async function until(name: string, wanted: string): Promise<void> {
  for (let i = 0; i < 100 && (await status(name)).Status !== wanted; i++) await room.clock.advance(100);
  assert.equal((await status(name)).Status, wanted);
}

test('moves back to where messages came from, as new messages, and goes on after a restart', async () => {
  for (const name of ['back', 'back.fifo']) {
    const { url, dead } = await deadLetters(name, 3);
    await room.call('SetQueueAttributes', { QueueUrl: url, Attributes: { VisibilityTimeout: '30', RedrivePolicy: '' } });
    await refused(start(arnOf(`dead-${name}`)), 'InvalidParameterValueException');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(`dead-${name}`), maxReceiveCount: 1 });
    await room.call('SetQueueAttributes', { QueueUrl: url, Attributes: { RedrivePolicy } });
    await room.clock.advance(5000);
    await start(arnOf(`dead-${name}`));
    const { message } = await refused(start(arnOf(`dead-${name}`)), 'InvalidParameterValueException');
    assert.match(message, /^There is already a task running. Only one active task is allowed/);
    assert.equal((await status(`dead-${name}`)).Status, 'RUNNING');
    if (name === 'back') await room.start();
    await until(`dead-${name}`, 'COMPLETED');
    const { TaskHandle, ApproximateNumberOfMessagesMoved, ApproximateNumberOfMessagesToMove } = await status(`dead-${name}`);
    assert.deepEqual([TaskHandle, ApproximateNumberOfMessagesMoved, ApproximateNumberOfMessagesToMove], [undefined, 3, 3]);
    assert.deepEqual(
      [await room.backlog(dead), await room.backlog(url)],
      [
        [0, 0, 0],
        [3, 0, 0],
      ],
    );
    const moved = await room.receive(url);
    assert.deepEqual(bodies(moved), ['0', '1', '2']);
    const { Attributes } = moved[0]!;
    assert.equal(Attributes!.ApproximateReceiveCount, '1');
    assert.equal(Attributes!.DeadLetterQueueSourceArn, undefined);
    assert.ok(Number(Attributes!.SentTimestamp) >= room.clock.now() - 10_000);
  }
});

test('a rate is kept, a cancelled task stops, and who waits at the destination wakes', async () => {
  const { dead } = await deadLetters('slow', 30);
  const target = await room.create('target');
  const waiting = room.receive(target, { WaitTimeSeconds: 20 });
  await room.quiet();
  const { TaskHandle } = await start(arnOf('dead-slow'), { DestinationArn: arnOf('target'), MaxNumberOfMessagesPerSecond: 10 });
  await room.quiet();
  assert.equal((await waiting).length, 1);
  for (let i = 0; i < 10; i++) {
    await room.clock.advance(100);
    await room.quiet();
  }
  const { ApproximateNumberOfMessagesMoved: moved } = await status('dead-slow');
  assert.ok(moved >= 8 && moved <= 11, String(moved));
  const cancelled = await room.call('CancelMessageMoveTask', { TaskHandle });
  assert.ok(cancelled.ApproximateNumberOfMessagesMoved >= moved);
  await until('dead-slow', 'CANCELLED');
  await room.clock.advance(1000);
  assert.equal((await room.backlog(dead))[0], 30 - (await status('dead-slow')).ApproximateNumberOfMessagesMoved);
  await refused(room.call('CancelMessageMoveTask', { TaskHandle }), 'ResourceNotFoundException');
});

test('fails when the destination vanishes, and when nobody knows where a message came from', async () => {
  await deadLetters('lost', 1);
  await room.call('DeleteQueue', { QueueUrl: 'http://h/000000000000/lost' });
  await room.create('again', { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead-lost'), maxReceiveCount: 1 }) });
  await start(arnOf('dead-lost'));
  await until('dead-lost', 'FAILED');
  assert.equal((await status('dead-lost')).FailureReason, 'AWS.SimpleQueueService.NonExistentQueue');
  const dead = await room.create('strange');
  await room.create('user', { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('strange'), maxReceiveCount: 1 }) });
  await room.call('SendMessage', { QueueUrl: dead, MessageBody: 'sent here' });
  await start(arnOf('strange'));
  await until('strange', 'FAILED');
  assert.equal((await status('strange')).FailureReason, 'CouldNotDetermineMessageSource');
  assert.deepEqual(await room.backlog(dead), [1, 0, 0]);
});

test('refuses what cannot be a task', async () => {
  const { message, status: code } = await refused(start(arnOf('none')), 'ResourceNotFoundException');
  assert.equal(message, "The resource that you specified for the SourceArn parameter doesn't exist.");
  assert.equal(code, 404);
  await room.create('plain');
  const plain = await refused(start(arnOf('plain')), 'InvalidParameterValueException');
  assert.equal(plain.message, 'Source queue must be configured as a Dead Letter Queue.');
  await refused(start(arnOf('plain'), { DestinationArn: arnOf('none') }), 'ResourceNotFoundException');
  await refused(start(arnOf('plain'), { DestinationArn: arnOf('plain') }), 'InvalidParameterValueException');
  await refused(start(arnOf('plain'), { MaxNumberOfMessagesPerSecond: 501 }), 'InvalidParameterValueException');
});
