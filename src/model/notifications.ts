import { collection } from '../kernel/index.ts';
import { formEncode } from './key-prefixes.ts';
import type { Target } from './targets.ts';

/** One rule of a bucket's notification configuration. */
export interface NotificationRule {
  readonly id: string;
  /** With prefix: `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
  readonly target: Extract<Target, { kind: 'function' | 'queue' | 'topic' }>;
}

/** A bucket's notification configuration; written by services/s3, read by dispatch. Bucket names are unique over all accounts. */
export interface BucketNotifications {
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
  readonly rules: readonly NotificationRule[];
  /** Every change goes to the default bus of the bucket's account as well. */
  readonly toBus?: boolean;
}

export const bucketNotifications = collection<BucketNotifications>({ name: 's3.notifications', key: ['bucket'] });

/** Body of an event in the topic `s3.objects`: the facts of one change, from which every event shape is made. */
export interface ObjectChange {
  readonly bucket: string;
  readonly owner: string;
  /** Not encoded. */
  readonly key: string;
  /** Without `s3:`, e.g. `ObjectCreated:Put`. */
  readonly eventName: string;
  readonly size?: number;
  /** Without quotes. */
  readonly etag?: string;
  readonly versionId?: string;
  /** Hexadecimal, grows with every change of one key. */
  readonly sequencer: string;
  readonly requestId: string;
  /** Value of x-amz-id-2. */
  readonly hostId: string;
  /** `AWS:AROA…:session` or the account id. */
  readonly principalId: string;
  readonly sourceIp: string;
  /** The operation, or what else made the change: `PutObject`, `CopyObject`, `Lifecycle Expiration`, … */
  readonly reason?: string;
  /** X-Amzn-Trace-Id of the request. */
  readonly traceId?: string;
}

/** Whether a rule's event list covers an event name (given without `s3:`); `*` stands for the last part. */
export function coversEvent(events: readonly string[], eventName: string): boolean {
  const full = `s3:${eventName}`;
  return events.some((event) => event === full || (event.endsWith(':*') && full.startsWith(event.slice(0, -1))));
}

/** Whether a rule selects a change: its event list and its filters on the key (spec/event-sources.md §1). */
export function selects(rule: NotificationRule, change: ObjectChange): boolean {
  return (
    coversEvent(rule.events, change.eventName) &&
    change.key.startsWith(rule.prefix ?? '') &&
    change.key.endsWith(rule.suffix ?? '')
  );
}

/** The event a function gets: exactly one record (spec/event-sources.md §1). time: epoch ms. */
export function objectEvent(change: ObjectChange, rule: NotificationRule, region: string, time: number): object {
  const expired = change.eventName.startsWith('LifecycleExpiration');
  const removed = expired || change.eventName.startsWith('ObjectRemoved');
  const version = change.versionId === undefined ? {} : { versionId: change.versionId };
  const tagging = change.eventName.startsWith('ObjectTagging');
  const facts = removed ? {} : tagging ? { eTag: change.etag } : { size: change.size, eTag: change.etag };
  const order = tagging ? {} : { sequencer: change.sequencer };
  return {
    Records: [
      {
        eventVersion: tagging || expired ? '2.3' : '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(time).toISOString(),
        eventName: change.eventName,
        userIdentity: { principalId: change.principalId },
        requestParameters: { sourceIPAddress: change.sourceIp },
        responseElements: { 'x-amz-request-id': change.requestId, 'x-amz-id-2': change.hostId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: rule.id,
          bucket: { name: change.bucket, ownerIdentity: { principalId: change.owner }, arn: `arn:aws:s3:::${change.bucket}` },
          object: { key: formEncode(change.key), ...facts, ...version, ...order },
        },
      },
    ],
  };
}
