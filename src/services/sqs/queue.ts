import type { OperationContext, Place } from '../../model/index.ts';

export interface Queue extends Place {
  readonly name: string;
  /** Of this queue and no other of the same name, before or after. */
  readonly id: string;
  /** How often it was purged. Messages live in the box of their queue's id and era: another era finds none. */
  readonly era: number;
  readonly fifo: boolean;
  /** Epoch ms of the last purge. */
  readonly purgedAt?: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** As set: AWS's names and texts. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What the attributes mean, worked out when they are set. */
  readonly settings: QueueSettings;
  /** The Policy attribute, parsed. */
  readonly policy?: unknown;
  readonly tags: Readonly<Record<string, string>>;
  /** The redrive policy's target. */
  readonly deadLetterArn?: string;
  /** Set once messages with a group came to a standard queue: they take turns. */
  readonly fair?: true;
}

/** Times in ms, sizes in bytes. */
export interface QueueSettings {
  readonly delayMs: number;
  readonly maximumBytes: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly visibilityMs: number;
  readonly redrive?: { readonly arn: string; readonly maxReceiveCount: number };
  /** FIFO only. */
  readonly contentBased: boolean;
  /** Deduplication within the message group instead of the queue. */
  readonly groupScope: boolean;
}

/** Where a queue's messages are. */
export function boxOf({ id, era }: Pick<Queue, 'id' | 'era'>): string {
  return `${id}.${era}`;
}

export function queueArn({ region, account, name }: Pick<Queue, 'region' | 'account' | 'name'>): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** As the client reached us; the host means nothing when it comes back (spec/backends.md §6.1). */
export function queueUrl(
  { endpoint }: Pick<OperationContext, 'endpoint'>,
  { account, name }: Pick<Queue, 'account' | 'name'>,
): string {
  return `${endpoint}/${account}/${name}`;
}

/** Account and name out of a queue URL of any host, or a bare path; undefined when it is none. */
export function parseQueueUrl(url: string): { readonly account: string; readonly name: string } | undefined {
  const found = /\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)\/?$/.exec(url);
  return found ? { account: found[1]!, name: found[2]! } : undefined;
}
