import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('changes each, and tells apart what is refused', async () => {
  const url = await room.create('each');
  for (const body of ['a', 'b']) await room.call('SendMessage', { QueueUrl: url, MessageBody: body });
  const [a, b] = await room.receive(url);
  const answer = await room.call('ChangeMessageVisibilityBatch', {
    QueueUrl: url,
    Entries: [
      { Id: 'a', ReceiptHandle: a!.ReceiptHandle, VisibilityTimeout: 0 },
      { Id: 'b', ReceiptHandle: b!.ReceiptHandle, VisibilityTimeout: 50_000 },
      { Id: 'c', ReceiptHandle: 'garbage', VisibilityTimeout: 1 },
    ],
  });
  assert.deepEqual(answer.Successful, [{ Id: 'a' }]);
  assert.deepEqual(
    answer.Failed.map(({ Id, Code }: { Id: string; Code: string }) => [Id, Code]),
    [
      ['b', 'InvalidParameterValue'],
      ['c', 'ReceiptHandleIsInvalid'],
    ],
  );
  assert.deepEqual(await room.backlog(url), [1, 1, 0]);
});
