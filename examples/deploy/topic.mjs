import { ifThere, sns } from './clients.mjs';

/** A topic, and the buckets that may publish to it. Resolves to its ARN. */
export async function deployTopic(Name, { buckets = [] } = {}) {
  const { TopicArn } = await sns.createTopic({ Name });
  if (buckets.length > 0) {
    const ArnLike = { 'aws:SourceArn': buckets.map((bucket) => `arn:aws:s3:::${bucket}`) };
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: TopicArn,
        Condition: { ArnLike },
      },
    ];
    const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement });
    await sns.setTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue });
  }
  return TopicArn;
}

/** With its subscriptions. */
export async function removeTopic(Name) {
  const { TopicArn } = await sns.createTopic({ Name });
  let NextToken;
  do {
    const page = await sns.listSubscriptionsByTopic({ TopicArn, NextToken });
    for (const { SubscriptionArn } of page.Subscriptions ?? [])
      if (SubscriptionArn.startsWith('arn:')) await ifThere(sns.unsubscribe({ SubscriptionArn }));
    NextToken = page.NextToken;
  } while (NextToken);
  await sns.deleteTopic({ TopicArn });
}
