import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OTHER, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('finds by name, in the own account or another', async () => {
  const url = await room.create('here');
  assert.equal((await room.call('GetQueueUrl', { QueueName: 'here' })).QueueUrl, url);
  const from = { account: OTHER };
  const asked = { QueueName: 'here', QueueOwnerAWSAccountId: '000000000000' };
  assert.equal((await room.call('GetQueueUrl', asked, from)).QueueUrl, url);
  const failure = await refused(room.call('GetQueueUrl', { QueueName: 'here' }, from), 'QueueDoesNotExist');
  assert.equal(failure.message, 'The specified queue does not exist.');
  assert.equal(failure.fields.queryMessage, 'The specified queue does not exist for this wsdl version.');
});
