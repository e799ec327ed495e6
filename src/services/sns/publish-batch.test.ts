import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 'o.fifo', Attributes: { FifoTopic: 'true', ContentBasedDeduplication: 'true' } });
});
after(() => sns.close());

const batch = (entries: object[], arn = TopicArn) =>
  sns.call('PublishBatch', { TopicArn: arn, PublishBatchRequestEntries: entries });
const entries = (count: number, Message = 'm') => Array.from({ length: count }, (_, index) => ({ Id: `i${index}`, Message }));

test('PublishBatch appends all messages in their order', async () => {
  const { Successful, Failed } = await batch([
    { Id: 'a', Message: '1' },
    { Id: 'b', Message: '2', Subject: 's' },
  ]);
  assert.deepEqual(Failed, []);
  assert.deepEqual(
    Successful.map(({ Id }: { Id: string }) => Id),
    ['a', 'b'],
  );
  const events = (await sns.events()).slice(-2);
  assert.deepEqual(
    events.map(({ body }) => [body.messageId, body.message]),
    [
      [Successful[0].MessageId, '1'],
      [Successful[1].MessageId, '2'],
    ],
  );
});

test('FIFO batches count up, and a duplicate inside is the first again', async () => {
  const message = (Id: string, Message: string) => ({ Id, Message, MessageGroupId: 'g' });
  const { Successful } = await batch([message('a', '1'), message('b', '2'), message('c', '1')], arnOf('o.fifo'));
  const [a, b, c] = Successful;
  assert.ok(b.SequenceNumber > a.SequenceNumber);
  assert.deepEqual([c.MessageId, c.SequenceNumber], [a.MessageId, a.SequenceNumber]);
});

test('batches are refused as a whole', async () => {
  const before = (await sns.events()).length;
  assert.equal((await refused(batch([]), 'EmptyBatchRequestException')).status, 400);
  await refused(batch(entries(11)), 'TooManyEntriesInBatchRequestException');
  await refused(batch([...entries(1), ...entries(1)]), 'BatchEntryIdsNotDistinctException');
  await refused(batch([{ Id: 'a.b', Message: 'm' }]), 'InvalidBatchEntryIdException');
  await refused(batch([{ Id: 'a'.repeat(81), Message: 'm' }]), 'InvalidBatchEntryIdException');
  await refused(batch(entries(2, 'x'.repeat(140_000))), 'BatchRequestTooLongException');
  await assert.rejects(batch([...entries(1), { Id: 'z', Message: '' }]), invalid('Empty message'));
  await assert.rejects(batch(entries(1), arnOf('o.fifo')), invalid(/MessageGroupId/));
  const wrong = [{ Id: 'a', Message: 'm', MessageAttributes: { x: { StringValue: 'v' } } }];
  const { message } = await refused(batch(wrong), 'ValidationError');
  assert.match(message, /'publishBatchRequestEntries\.1\.member\.messageAttributes\.x\.member\.dataType'/);
  assert.equal((await sns.events()).length, before);
});
