import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';
import { silentLogger } from '../../kernel/index.ts';
import { deduplications } from './collections.ts';
import { createSweep } from './sweep.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('after three days what nobody confirmed goes, after five minutes what told duplicates', async () => {
  const { store, clock } = sns;
  const sweep = createSweep({ store, clock, logger: silentLogger } as never);
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 'o.fifo', Attributes: { FifoTopic: 'true' } });
  const TopicArn = arnOf('t');
  await sns.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: 'http://example.org' });
  const { token } = (await sns.last()).body;
  await sns.call('Publish', { TopicArn: arnOf('o.fifo'), Message: 'm', MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  const remembered = () => store.read.count(deduplications, [arnOf('o.fifo')]);
  await sweep.start();
  await until(clock, 60_000, async () => (await remembered()) === 1);
  await until(clock, 300_000, async () => (await remembered()) === 0);
  assert.equal((await sns.topic(TopicArn)).SubscriptionsPending, '1');
  await until(clock, 3 * 24 * 3600_000, async () => (await sns.topic(TopicArn)).SubscriptionsPending === '0');
  await assert.rejects(sns.call('ConfirmSubscription', { TopicArn, Token: token }), invalid('Token'));
  await sweep.stop(AbortSignal.abort());
});

/** Moves the clock, and waits for what that set off; a round that the clock overtakes comes with the next minute. */
async function until(clock: SnsRoom['clock'], ms: number, holds: () => Promise<boolean>): Promise<void> {
  await clock.advance(ms);
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await clock.advance(60_000);
  }
  assert.fail('it never held');
}
