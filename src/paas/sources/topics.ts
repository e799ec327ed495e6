import { forbid, type Linking, permit, refuseSettings, type SourceKind, unlessGone } from './linking.ts';

interface Subscription {
  readonly SubscriptionArn: string;
  readonly Endpoint?: string;
}

/** `sns:TOPIC`: a subscription; where is a filter on the message body. */
export const topicSource: SourceKind = {
  async place(linking) {
    refuseSettings(linking, 'sns');
    const { operate, arn, where } = linking;
    const TopicArn = topicArn(linking);
    await permit(operate, { arn, service: 'sns', sourceArn: TopicArn });
    const policy = { FilterPolicyScope: 'MessageBody', FilterPolicy: JSON.stringify(where ?? {}) };
    const known = await find(linking, TopicArn);
    if (known !== undefined) {
      for (const [AttributeName, AttributeValue] of Object.entries(policy))
        await operate('sns', 'SetSubscriptionAttributes', { SubscriptionArn: known, AttributeName, AttributeValue });
      return { made: known };
    }
    const Attributes = where === undefined ? {} : { Attributes: policy };
    const input = { TopicArn, Protocol: 'lambda', Endpoint: arn, ReturnSubscriptionArn: true, ...Attributes };
    return { made: (await operate<{ SubscriptionArn: string }>('sns', 'Subscribe', input)).SubscriptionArn };
  },
  async remove(linking) {
    const { operate, arn } = linking;
    const TopicArn = topicArn(linking);
    const SubscriptionArn = await unlessGone(() => find(linking, TopicArn));
    if (SubscriptionArn !== undefined) await unlessGone(() => operate('sns', 'Unsubscribe', { SubscriptionArn }));
    await forbid(operate, { arn, service: 'sns', sourceArn: TopicArn });
  },
};

function topicArn({ account, region, what }: Linking): string {
  return `arn:aws:sns:${region}:${account}:${what}`;
}

async function find({ operate, arn }: Linking, TopicArn: string): Promise<string | undefined> {
  for (let NextToken: string | undefined; ; ) {
    const page = await operate<{ Subscriptions?: readonly Subscription[]; NextToken?: string }>(
      'sns',
      'ListSubscriptionsByTopic',
      {
        TopicArn,
        ...(NextToken === undefined ? {} : { NextToken }),
      },
    );
    const found = page.Subscriptions?.find(({ Endpoint }) => Endpoint === arn);
    if (found || page.NextToken === undefined) return found?.SubscriptionArn;
    NextToken = page.NextToken;
  }
}
