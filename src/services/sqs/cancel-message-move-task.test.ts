import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, OTHER, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('only a running task of the own account can be cancelled', async () => {
  await room.create('dead');
  await room.create('source', { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 }) });
  const { TaskHandle } = await room.call('StartMessageMoveTask', { SourceArn: arnOf('dead') });
  const cancel = (handle: string, context = {}) => room.call('CancelMessageMoveTask', { TaskHandle: handle }, context);
  await refused(cancel('garbage'), 'InvalidParameterValueException');
  await refused(cancel(TaskHandle, { account: OTHER }), 'ResourceNotFoundException');
  assert.deepEqual(await cancel(TaskHandle), { ApproximateNumberOfMessagesMoved: 0 });
  const { message } = await refused(cancel(TaskHandle), 'ResourceNotFoundException');
  assert.equal(message, 'Task does not exist.');
});
