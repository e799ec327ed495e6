import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';
import { schema } from './collections.ts';
import { sweep } from './sweep.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const { signal } = new AbortController();

async function rows(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const kind of schema.collections) {
    const count = await room.store.read.count(kind, []);
    if (count > 0) found[kind.name] = count;
  }
  return found;
}

test('frees all of what was deleted, purged, or is past its time', async () => {
  for (const name of ['q', 'q.fifo']) {
    const fifo = name.endsWith('.fifo');
    const more: Record<string, string> = fifo ? { ContentBasedDeduplication: 'true' } : {};
    const url = await room.create(name, { ...more, MessageRetentionPeriod: '60' });
    const Entries = Array.from({ length: 10 }, (_, i) => ({
      Id: String(i),
      MessageBody: String(i),
      MessageGroupId: `g${i % 3}`,
    }));
    const fill = async (round: number) => {
      const bodies = Entries.map((entry) => ({ ...entry, MessageBody: `${round} ${entry.MessageBody}` }));
      await room.call('SendMessageBatch', { QueueUrl: url, Entries: bodies });
    };
    await fill(1);
    await room.call('PurgeQueue', { QueueUrl: url });
    await fill(2);
    await room.receive(url, { MaxNumberOfMessages: 2, ...(fifo ? { ReceiveRequestAttemptId: 'try' } : {}) });
    await room.clock.advance(59_000);
    await sweep(room, signal);
    assert.equal(
      (await room.backlog(url)).reduce((a, b) => a + b),
      10,
    );
    await room.clock.advance(1000);
    await sweep(room, signal);
    assert.deepEqual(await room.backlog(url), [0, 0, 0]);
    await fill(3);
    await room.receive(url, { MaxNumberOfMessages: 2 });
    await room.call('DeleteQueue', { QueueUrl: url });
  }
  assert.equal((await rows())['sqs.fifo.messages'], 10);
  await sweep(room, signal);
  assert.equal((await rows())['sqs.fifo.messages'], undefined);
  await room.clock.advance(6 * 60_000);
  await sweep(room, signal);
  assert.deepEqual(await rows(), {});
});
