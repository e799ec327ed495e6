import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodies, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const batch = (url: string, Entries: object[]) => room.call('SendMessageBatch', { QueueUrl: url, Entries });

test('sends in order, and tells apart what is refused', async () => {
  const url = await room.create('order.fifo', { MaximumMessageSize: '1024' });
  const entry = (Id: string, more = {}) => ({ Id, MessageBody: Id, MessageGroupId: 'g', MessageDeduplicationId: Id, ...more });
  const answer = await batch(url, [
    entry('a'),
    entry('b', { MessageBody: '\0' }),
    entry('c', { MessageGroupId: undefined }),
    entry('d', { MessageBody: 'x'.repeat(1025) }),
    entry('e', { MessageDeduplicationId: 'a' }),
    entry('f'),
  ]);
  assert.deepEqual(
    answer.Successful.map(({ Id }: { Id: string }) => Id),
    ['a', 'e', 'f'],
  );
  assert.equal(answer.Successful[1].MessageId, answer.Successful[0].MessageId);
  assert.deepEqual(
    answer.Failed.map(({ Id, Code, SenderFault }: { Id: string; Code: string; SenderFault: boolean }) => [Id, Code, SenderFault]),
    [
      ['b', 'InvalidMessageContents', true],
      ['c', 'MissingParameter', true],
      ['d', 'InvalidParameterValue', true],
    ],
  );
  assert.deepEqual(bodies(await room.receive(url)), ['a', 'f']);
  assert.deepEqual(await room.backlog(url), [0, 2, 0]);
});

test('refuses what is no batch, to the word', async () => {
  const url = await room.create('words');
  const entry = (Id: string) => ({ Id, MessageBody: 'b' });
  const told = async (entries: object[], code: string, text: string) =>
    assert.equal((await refused(batch(url, entries), code)).message, text);
  await told([], 'EmptyBatchRequest', 'There should be at least one SendMessageBatchRequestEntry in the request.');
  await told(
    Array.from({ length: 11 }, (_, i) => entry(String(i))),
    'TooManyEntriesInBatchRequest',
    'Maximum number of entries per request are 10. You have sent 11.',
  );
  await told([entry('a'), entry('a')], 'BatchEntryIdsNotDistinct', 'Id a repeated.');
  await told(
    [entry('a b')],
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  );
  const large = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }));
  await told(large, 'BatchRequestTooLong', 'Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes.');
  assert.deepEqual(await room.backlog(url), [0, 0, 0]);
});
