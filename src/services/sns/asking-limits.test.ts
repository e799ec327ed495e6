import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { contextOf, OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';
import { arnOf, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';
import { silentLogger } from '../../kernel/index.ts';
import { asked, topics } from './collections.ts';
import { sweepRound } from './sweep.ts';

const MINUTE = 60_000;
let sns: SnsRoom;
const TopicArn = arnOf('t');
const other = () => contextOf({ principal: rootOf(OTHER), account: OTHER, now: sns.clock.now() });
before(async () => {
  sns = await openSns();
});
after(() => sns.close());
beforeEach(async () => {
  await sns.clock.advance(24 * 60 * MINUTE);
  await sns.call('DeleteTopic', { TopicArn });
  await sns.call('CreateTopic', { Name: 't' });
});

const subscribe = (Protocol: string, Endpoint: string, context = {}) =>
  sns.call('Subscribe', { TopicArn, Protocol, Endpoint }, context);

/** How often that goes until it is throttled; a hundred times more than it should at most. */
async function untilThrottled(call: (i: number) => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 2000; i++) {
    const error = await call(i).then(
      () => undefined,
      (error) => error,
    );
    if (!error) continue;
    assert.equal(error.code, 'ThrottledException');
    assert.equal(error.status, 429);
    return i;
  }
  return Number.POSITIVE_INFINITY;
}

test('a mailbox is asked 30 times, and then every five minutes: again, under tags, whoever asks; what is throttled leaves nothing', async () => {
  const address = (i: number) => (i % 2 === 0 ? 'Victim@example.org' : `victim+${i}@example.org`);
  const before = (await sns.events()).length;
  assert.equal(await untilThrottled((i) => subscribe('email', address(i))), 30);
  assert.equal((await sns.events()).length, before + 30);
  const { SubscriptionsPending } = await sns.topic(TopicArn);
  await refused(subscribe('email', 'victim+new@example.org', other()), 'ThrottledException');
  assert.equal((await sns.topic(TopicArn)).SubscriptionsPending, SubscriptionsPending);
  await subscribe('email', 'bystander@example.org');
  await sns.clock.advance(5 * MINUTE);
  assert.equal(await untilThrottled((i) => subscribe('email', address(i))), 1);
});

test('a host is asked 500 times, whatever the path; a queue of another account as well', async () => {
  assert.equal(await untilThrottled((i) => subscribe('https', `https://example.org:${1 + (i % 9)}/${i % 20}`)), 500);
  await subscribe('https', 'https://www.example.org/');
  assert.equal(
    await untilThrottled(() => subscribe('sqs', `arn:aws:sqs:us-east-1:${OTHER}:q`)),
    499,
    'the account asked 1000 times',
  );
});

test('who has confirmed is not asked, so not counted', async () => {
  await subscribe('https', 'https://sure.example.org/');
  const { token } = (await sns.last()).body;
  await sns.call('ConfirmSubscription', { TopicArn, Token: token });
  for (let i = 0; i < 600; i++) await subscribe('https', 'https://sure.example.org/');
});

test('a clock that is set back throttles nobody for that long; what counts no more is swept', async () => {
  const ask = () => subscribe('email', 'late@example.org');
  await untilThrottled(ask);
  sns.clock.jump(-30 * 24 * 60 * MINUTE);
  await ask();
  await refused(ask(), 'ThrottledException');
  await sns.clock.advance(5 * MINUTE);
  await ask();
  await sns.clock.advance(31 * 24 * 60 * MINUTE);
  await sweepRound({ ...sns, logger: silentLogger }, () => true);
  assert.equal(await sns.store.read.count(asked, []), 0);
});

test('5,000 subscriptions of a topic wait for their confirmation at most', async () => {
  const key = ['000000000000', 'us-east-1', 't'];
  await sns.store.transact(async (tx) => tx.put(topics, { ...(await tx.get(topics, key))!, pending: 4999 }));
  await subscribe('email', 'last@example.org');
  const { status } = await refused(subscribe('email', 'beyond@example.org'), 'SubscriptionLimitExceededException');
  assert.equal(status, 403);
});
