import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('lists the latest first, one unless more are asked for', async () => {
  await room.create('dead');
  await room.create('source', { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 }) });
  await room.start();
  const list = async (MaxResults?: number) =>
    (await room.call('ListMessageMoveTasks', { SourceArn: arnOf('dead'), MaxResults })).Results;
  assert.deepEqual(await list(), []);
  const starts: number[] = [];
  for (let i = 0; i < 2; i++) {
    starts.push(room.clock.now());
    await room.call('StartMessageMoveTask', { SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 5 });
    for (let tries = 0; tries < 50 && (await list())[0].Status === 'RUNNING'; tries++) await room.clock.advance(100);
  }
  assert.equal((await list()).length, 1);
  assert.deepEqual(
    await list(10),
    [...starts].reverse().map((StartedTimestamp) => ({
      Status: 'COMPLETED',
      SourceArn: arnOf('dead'),
      MaxNumberOfMessagesPerSecond: 5,
      ApproximateNumberOfMessagesMoved: 0,
      ApproximateNumberOfMessagesToMove: 0,
      StartedTimestamp,
    })),
  );
  await refused(list(11), 'InvalidParameterValueException');
  await refused(room.call('ListMessageMoveTasks', { SourceArn: arnOf('none') }), 'ResourceNotFoundException');
});
