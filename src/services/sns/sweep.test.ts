import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { manualClock } from '../../../test/support/clock.ts';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';
import { silentLogger } from '../../kernel/index.ts';
import { deduplications } from './collections.ts';
import { createSweep, sweepRound } from './sweep.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('after three days what nobody confirmed goes, after five minutes what told duplicates', async () => {
  const { store, clock } = sns;
  const logger = silentLogger;
  const TopicArn = arnOf('t');
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 'o.fifo', Attributes: { FifoTopic: 'true' } });
  await sns.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: 'http://example.org' });
  const { token } = (await sns.last()).body;
  await sns.call('Publish', { TopicArn: arnOf('o.fifo'), Message: 'm', MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  const after = async (ms: number) => {
    await clock.advance(ms);
    await sweepRound({ store, clock, logger }, () => true);
    return [await store.read.count(deduplications, [arnOf('o.fifo')]), Number((await sns.topic(TopicArn)).SubscriptionsPending)];
  };
  assert.deepEqual(await after(299_999), [1, 1]);
  assert.deepEqual(await after(1), [0, 1]);
  assert.deepEqual(await after(3 * 24 * 3600_000 - 300_001), [0, 1]);
  assert.deepEqual(await after(1), [0, 0]);
  await assert.rejects(sns.call('ConfirmSubscription', { TopicArn, Token: token }), invalid('Token'));
});

test('a clock that is set back lets a deduplication id hold for five minutes more, not for as long as that', async () => {
  const { store, clock } = sns;
  const TopicArn = arnOf('back.fifo');
  await sns.call('CreateTopic', { Name: 'back.fifo', Attributes: { FifoTopic: 'true' } });
  const publish = async () =>
    (await sns.call('Publish', { TopicArn, Message: 'm', MessageGroupId: 'g', MessageDeduplicationId: 'd' })).MessageId;
  const first = await publish();
  clock.jump(-24 * 3600_000);
  await sweepRound({ store, clock, logger: silentLogger }, () => true);
  assert.equal(await publish(), first);
  await clock.advance(300_000);
  assert.notEqual(await publish(), first);
});

test('a round comes every minute until it is stopped, whatever a round meets', async () => {
  const clock = manualClock();
  let reads = 0;
  const range = async () => {
    reads += 1;
    throw new TypeError('the store is closed');
  };
  const sweep = createSweep({ store: { read: { range } }, clock, logger: silentLogger } as never);
  await sweep.start();
  assert.equal(reads, 0);
  await clock.advance(60_000);
  await clock.advance(60_000);
  assert.equal(reads, 2);
  await sweep.stop(AbortSignal.abort());
  await clock.advance(600_000);
  assert.equal(reads, 2);
});
