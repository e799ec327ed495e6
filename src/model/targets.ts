import { platformFailure, type Transaction } from '../kernel/index.ts';
import { parseArn } from './arns.ts';

/** Everything that an event can be carried to. Closed: dispatch knows how to reach each kind. */
export type Target =
  | { readonly kind: 'function'; readonly arn: string }
  | PutTarget
  | { readonly kind: 'bucket'; readonly arn: string }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'email'; readonly address: string };

/** What takes an event inside the transaction that ends its delivery. */
export type PutTarget =
  | { readonly kind: 'queue'; readonly arn: string }
  | { readonly kind: 'topic'; readonly arn: string }
  | { readonly kind: 'stream'; readonly arn: string }
  | { readonly kind: 'bus'; readonly arn: string }
  | { readonly kind: 'log-group'; readonly arn: string };

/**
 * On whose behalf something is put: a service principal, judged by the target's resource policy, or a role, judged by its own. sourceOwner
 * is the account that a topic's default policy asks for; CloudWatch tells it, most services do not.
 */
export type PutCaller =
  | { readonly service: string; readonly sourceArn: string; readonly sourceAccount: string; readonly sourceOwner?: string }
  | { readonly role: string };

export interface PutItem {
  /** Unique for this delivery. */
  readonly id: string;
  /** UTF-8 text: a message body, a record's data, an event's detail (JSON). */
  readonly body: string;
  /** Epoch ms. */
  readonly time: number;
  readonly caller: PutCaller;
  /** The invocation that caused it, if one did. */
  readonly cause?: string;
  readonly traceId?: string;
  /** Queues and topics. */
  readonly attributes?: Readonly<Record<string, PutAttribute>>;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** Topics. */
  readonly subject?: string;
  /** Streams; data is put instead of body, where it is no text. */
  readonly partitionKey?: string;
  readonly data?: Uint8Array;
  /** Buses. */
  readonly source?: string;
  readonly detailType?: string;
  readonly resources?: readonly string[];
  /** The event that a rule passes on from another bus, as it was put at first; hops counts the buses. */
  readonly passedOn?: {
    readonly id: string;
    readonly account: string;
    readonly region: string;
    readonly time: string;
    readonly hops: number;
  };
}

/** A message attribute; binary values are base64. */
export interface PutAttribute {
  /** `String`, `Number`, `Binary`, or one of them with a suffix (`String.Array`). */
  readonly type: string;
  readonly value: string;
}

/**
 * Puts one item into a queue, topic, stream, bus or log group in dispatch's own transaction; each service fills in its kind. It may be run
 * again, so it reads no clock and makes no id: both come with the item. Rejects with TargetMissing, TargetRefused (no permission),
 * TargetInvalid (the item can never be put: too large, no group), TargetBusy (later perhaps).
 */
export type Put = (tx: Transaction, target: PutTarget, item: PutItem) => Promise<void>;

/** One service's part of Put. */
export type PutInto = (tx: Transaction, arn: string, item: PutItem) => Promise<void>;

/** Put, made of the services' parts. A kind that nobody fills in rejects with TargetInvalid. */
export function putBy(parts: Readonly<Partial<Record<PutTarget['kind'], PutInto>>>): Put {
  return (tx, target, item) => {
    const into = parts[target.kind];
    if (into) return into(tx, target.arn, item);
    return Promise.reject(platformFailure('TargetInvalid', `${target.arn} is of a kind that is not implemented`));
  };
}

const KINDS: Readonly<Record<string, Exclude<Target['kind'], 'http' | 'email'>>> = {
  lambda: 'function',
  sqs: 'queue',
  sns: 'topic',
  kinesis: 'stream',
  events: 'bus',
  logs: 'log-group',
  s3: 'bucket',
};

/** The target that an ARN names; undefined when it names none. */
export function targetOf(arn: string): Target | undefined {
  const kind = KINDS[parseArn(arn)?.service ?? ''];
  return kind && ({ kind, arn } as Target);
}
