import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

// biome-ignore lint/suspicious/noExplicitAny: events as they come
type Events = AsyncIterator<{ SubscribeToShardEvent: any }>;

const subscribe = async (
  shard = 0,
  StartingPosition: object = { Type: 'TRIM_HORIZON' },
  context: object = {},
): Promise<Events> => {
  const ShardId = `shardId-00000000000${shard}`;
  const { ConsumerDescription } = await room.call('DescribeStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  const input = { ConsumerARN: ConsumerDescription.ConsumerARN, ShardId, StartingPosition };
  return (await room.call('SubscribeToShard', input, context)).EventStream[Symbol.asyncIterator]();
};
const keys = async (events: Events) => {
  const { value } = await events.next();
  return value?.SubscribeToShardEvent.Records.map(({ PartitionKey }: { PartitionKey: string }) => PartitionKey);
};

test('sends what is there, then what comes, and a word when it is quiet', async () => {
  await room.made();
  await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  const [put] = await room.put('a', 'b');
  const events = await subscribe();
  const { value } = await events.next();
  assert.deepEqual(
    value!.SubscribeToShardEvent.Records.map(({ PartitionKey }: { PartitionKey: string }) => PartitionKey),
    ['a', 'b'],
  );
  assert.ok(value!.SubscribeToShardEvent.ContinuationSequenceNumber > put!.SequenceNumber);
  const next = keys(events);
  await room.put('c');
  assert.deepEqual(await next, ['c']);
  const quiet = keys(events);
  await room.clock.advance(5000);
  assert.deepEqual(await quiet, []);
  await events.return!();
});

test('a second one within five seconds is refused, later it takes over', async () => {
  const latest = { Type: 'LATEST' };
  const first = await subscribe(0, latest);
  assert.deepEqual(await keys(first), []);
  const error = await refused(subscribe(0, latest), 'ResourceInUseException');
  assert.match(error.message, /^Another active subscription exists for this consumer: 000000000000:s:c:shardId-000000000000/);
  await room.clock.advance(4999);
  await refused(subscribe(0, latest), 'ResourceInUseException');
  const waiting = first.next();
  await room.clock.advance(1);
  const second = await subscribe(0, latest);
  while (!(await waiting).done && !(await first.next()).done);
  assert.deepEqual(await keys(second), []);
  await second.return!();
});

test('goes on behind a sequence number, also of an empty event', async () => {
  const first = await subscribe(0, { Type: 'LATEST' });
  const number = (await first.next()).value!.SubscribeToShardEvent.ContinuationSequenceNumber;
  await first.return!();
  await room.put('d');
  const again = await subscribe(0, { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: number });
  assert.deepEqual(await keys(again), ['d']);
  await again.return!();
});

test('ends after five minutes, when the client goes, and when the consumer goes', async () => {
  const long = await subscribe(0, { Type: 'LATEST' });
  assert.deepEqual(await keys(long), []);
  let ended = false;
  const reading = (async () => {
    while (!(await long.next()).done);
    ended = true;
  })();
  for (let i = 0; i < 59; i++) await room.clock.advance(5000);
  assert.equal(ended, false);
  await room.clock.advance(10_000);
  await reading;

  const client = new AbortController();
  const left = await subscribe(0, { Type: 'LATEST' }, { signal: client.signal });
  await keys(left);
  const waiting = left.next();
  client.abort();
  assert.equal((await waiting).done, true);

  const orphan = await subscribe(0, { Type: 'LATEST' });
  await keys(orphan);
  const last = orphan.next();
  await room.call('DeregisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  await room.put('e');
  assert.equal((await last).done, true);
});

test('the end of a closed shard names its children', async () => {
  await room.call('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
  const events = await subscribe(0, { Type: 'LATEST' });
  await keys(events);
  const next = events.next();
  await room.call('UpdateShardCount', { StreamName: 's', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' });
  const { SubscribeToShardEvent } = (await next).value!;
  assert.equal(SubscribeToShardEvent.ContinuationSequenceNumber, undefined);
  assert.equal(SubscribeToShardEvent.ChildShards.length, 2);
  assert.equal((await events.next()).done, true);
});
