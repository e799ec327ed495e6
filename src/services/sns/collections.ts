import { collection, type StoreSchema } from '../../kernel/index.ts';
import { type HttpDelivery, topicSubscriptions } from '../../model/index.ts';

/** A topic; what is absent has AWS's default. */
export interface Topic {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  /** Epoch ms. */
  readonly created: number;
  readonly fifo?: boolean;
  /** FIFO: the SHA-256 of the message stands for a deduplication id that is not given. */
  readonly contentBased?: boolean;
  /** FIFO: where deduplication ids must differ. */
  readonly throughputScope?: 'Topic' | 'MessageGroup';
  readonly displayName?: string;
  readonly signatureVersion?: '1' | '2';
  readonly tracing?: 'PassThrough';
  /** Bytes. */
  readonly maximumMessageSize?: number;
  /** As written; delivery is what it means. */
  readonly deliveryPolicy?: string;
  readonly delivery?: HttpDelivery;
  /** Whether a policy of its own is stored. */
  readonly policed?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** How many subscriptions are confirmed, wait for that, have gone, and have a filter policy. */
  readonly confirmed: number;
  readonly pending: number;
  readonly deleted: number;
  readonly filtered: number;
}

export const topics = collection<Topic>({ name: 'sns.topics', key: ['account', 'region', 'name'] });

/** The policy that was given to a topic, as written. */
export interface TopicPolicy {
  readonly topicArn: string;
  readonly policy: string;
}

export const topicPolicies = collection<TopicPolicy>({ name: 'sns.topic-policies', key: ['topicArn'] });

/** A message of a FIFO topic that stands for all with its deduplication id until it expires. */
export interface Deduplication {
  readonly topicArn: string;
  /** The message group where the topic's scope is that, else empty. */
  readonly scope: string;
  readonly deduplicationId: string;
  /** Epoch ms. */
  readonly expires: number;
  readonly messageId: string;
  readonly sequenceNumber: string;
}

export const deduplications = collection<Deduplication>({
  name: 'sns.deduplications',
  key: ['topicArn', 'scope', 'deduplicationId'],
  integers: ['expires'],
  indexes: [{ name: 'by-expiry', fields: ['expires'] }],
});

/** How often somebody was asked for a confirmation, or asked (asking-limits.ts), while that counts. */
export interface Asked {
  readonly kind: 'host' | 'mailbox' | 'queue' | 'account';
  readonly of: string;
  /** Epoch ms. */
  readonly until: number;
}

export const asked = collection<Asked>({
  name: 'sns.asked',
  key: ['kind', 'of'],
  integers: ['until'],
  indexes: [{ name: 'by-end', fields: ['until'] }],
});

/** The key that signs messages, and the certificate that verifies them. */
export interface SigningKey {
  /** `current`. */
  readonly id: string;
  /** PEM. */
  readonly certificate: string;
  /** Private key (PKCS #8 PEM), sealed for the purpose `sns.signing-key`. */
  readonly sealed: string;
}

export const signingKeys = collection<SigningKey>({ name: 'sns.signing-keys', key: ['id'] });

/** What SNS keeps. */
export const schema: StoreSchema = {
  collections: [
    topics,
    topicPolicies,
    topicSubscriptions,
    deduplications,
    asked,
    signingKeys,
  ] as unknown as StoreSchema['collections'],
  topics: [],
};
