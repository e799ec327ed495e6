import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { arnOf, nobody, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';
import { topicSubscriptions } from '../../model/index.ts';
import { topics } from './collections.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 'first' });
  await sns.call('Publish', { TopicArn: arnOf('first'), Message: 'so that there is a newest message' });
});
after(() => sns.close());

const verbs = ['subscribe', 'confirm', 'follow', 'end', 'filter', 'unfilter'] as const;

test('whatever is done to subscriptions, the topic’s counts are what its list shows', async () => {
  const steps = fc.array(fc.tuple(fc.constantFrom(...verbs), fc.nat(3)), { maxLength: 20 });
  const property = fc.asyncProperty(steps, fc.uuid(), async (sequence, name) => {
    const TopicArn = arnOf(name);
    await sns.call('CreateTopic', { Name: name });
    const tokens = new Map<number, string>();
    const arns = new Map<number, string>();
    for (const [verb, who] of sequence) await step(TopicArn, { verb, who, tokens, arns }).catch(known);
    const { Subscriptions } = await sns.call('ListSubscriptionsByTopic', { TopicArn });
    const shown = (as: (arn: string) => boolean) =>
      Subscriptions.filter(({ SubscriptionArn }: { SubscriptionArn: string }) => as(SubscriptionArn)).length;
    const attributes = await sns.topic(TopicArn);
    assert.equal(attributes.SubscriptionsPending, String(shown((arn) => arn === 'PendingConfirmation')));
    assert.equal(attributes.SubscriptionsConfirmed, String(shown((arn) => arn.startsWith('arn:'))));
    assert.ok(Number(attributes.SubscriptionsDeleted) >= shown((arn) => arn === 'Deleted'));
    const stored = await sns.store.read.get(topics, ['000000000000', 'us-east-1', name]);
    const { items } = await sns.store.read.range(topicSubscriptions, { prefix: [TopicArn], limit: 100 });
    assert.equal(stored!.filtered, items.filter((one) => one.filterPolicy !== undefined && !one.deleted).length);
  });
  await fc.assert(property, { numRuns: 30 });
});

interface Step {
  readonly verb: (typeof verbs)[number];
  readonly who: number;
  readonly tokens: Map<number, string>;
  readonly arns: Map<number, string>;
}

async function step(TopicArn: string, { verb, who, tokens, arns }: Step): Promise<unknown> {
  const SubscriptionArn = arns.get(who) ?? `${TopicArn}:none`;
  if (verb === 'subscribe') {
    const input = { TopicArn, Protocol: 'http', Endpoint: `http://example.org/${who}`, ReturnSubscriptionArn: true };
    arns.set(who, (await sns.call('Subscribe', input)).SubscriptionArn);
  }
  if (verb === 'confirm') return sns.call('ConfirmSubscription', { TopicArn, Token: tokens.get(who) ?? 'x' });
  if (verb === 'end') return sns.call('Unsubscribe', { SubscriptionArn });
  if (verb === 'follow') await sns.call('Unsubscribe', { SubscriptionArn }, { principal: nobody });
  if (verb === 'filter' || verb === 'unfilter') {
    const AttributeValue = verb === 'filter' ? '{"a":["x"]}' : '{}';
    return sns.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue });
  }
  const { body } = await sns.last();
  if (body.token !== undefined && body.subscription?.arn === arns.get(who)) tokens.set(who, body.token!);
  return undefined;
}

/** What SNS refuses by name may be tried. */
function known(error: { code?: string }): void {
  assert.ok(['InvalidParameterException', 'NotFoundException'].includes(error.code ?? ''), String(error));
}
