import { type Collection, collection, type StoreSchema } from '../../kernel/index.ts';
import type { FifoMessage, Group, Message } from './message.ts';
import type { Queue } from './queue.ts';

export const queues: Collection<Queue> = collection<Queue>({
  name: 'sqs.queues',
  key: ['account', 'region', 'name'],
  indexes: [{ name: 'by-dead-letter', fields: ['deadLetterArn'] }],
});

/** Messages of standard queues. Rows carry their body as bytes: a send is one put, a receive one range and one put, a delete one delete. */
export const messages: Collection<Message> = collection<Message>({
  name: 'sqs.messages',
  key: ['box', 'id'],
  integers: ['at', 'rank', 'delayedUntil'],
  indexes: [
    { name: 'ready', fields: ['box', 'at', 'rank'] },
    { name: 'delayed', fields: ['box', 'delayedUntil'] },
  ],
  bytes: 'body',
});

/** The place of each message group in the turns of a fair queue, while it has messages; group `''` holds the rank that was taken last. */
export const turns: Collection<Turn> = collection<Turn>({ name: 'sqs.turns', key: ['box', 'group'] });

export interface Turn {
  readonly box: string;
  readonly group: string;
  readonly rank: number;
}

/** Messages of FIFO queues, in order within each group. */
export const fifoMessages: Collection<FifoMessage> = collection<FifoMessage>({
  name: 'sqs.fifo.messages',
  key: ['box', 'group', 'sequence'],
  integers: ['sequence', 'until', 'delayedUntil', 'since'],
  indexes: [
    { name: 'hidden', fields: ['box', 'until'] },
    { name: 'delayed', fields: ['box', 'delayedUntil'] },
    { name: 'age', fields: ['box', 'since'] },
  ],
  bytes: 'body',
});

export const groups: Collection<Group> = collection<Group>({
  name: 'sqs.fifo.groups',
  key: ['box', 'group'],
  integers: ['readyAt'],
  indexes: [{ name: 'ready', fields: ['box', 'readyAt'] }],
});

/** The last sequence number given in a FIFO queue, by the id of the queue. */
export const sequences: Collection<Sequence> = collection<Sequence>({ name: 'sqs.fifo.sequences', key: ['queue'] });

export interface Sequence {
  readonly queue: string;
  readonly last: number;
}

/** What was accepted within the deduplication interval; scope is the queue's id, with the message group where that is the scope. */
export const deduplications: Collection<Deduplication> = collection<Deduplication>({
  name: 'sqs.fifo.deduplications',
  key: ['scope', 'id'],
  integers: ['expiresAt'],
  indexes: [{ name: 'expiry', fields: ['expiresAt'] }],
});

export interface Deduplication {
  readonly scope: string;
  readonly id: string;
  readonly expiresAt: number;
  readonly messageId: string;
  readonly sequence: number;
}

/** Receives of FIFO queues that can be asked for again by their ReceiveRequestAttemptId. */
export const attempts: Collection<Attempt> = collection<Attempt>({
  name: 'sqs.fifo.attempts',
  key: ['box', 'id'],
  integers: ['expiresAt'],
  indexes: [{ name: 'expiry', fields: ['expiresAt'] }],
});

export interface Attempt {
  readonly box: string;
  readonly id: string;
  readonly expiresAt: number;
  readonly taken: readonly { readonly group: string; readonly sequence: number; readonly receives: number }[];
}

/** How many messages a box holds, spread over sixteen rows so that no row is in everyone's way. */
export const counts: Collection<Count> = collection<Count>({ name: 'sqs.counts', key: ['box', 'shard'] });

export interface Count {
  readonly box: string;
  readonly shard: string;
  readonly total: number;
}

/** Boxes of deleted and purged queues, until the sweep has emptied them. */
export const graves: Collection<Grave> = collection<Grave>({ name: 'sqs.graves', key: ['box'] });

export interface Grave {
  readonly box: string;
  /** Of a deleted queue: what belongs to its id goes too. */
  readonly queue?: string;
  readonly fifo: boolean;
  /** Epoch ms: a send that was under way may still put something in; the grave is closed some minutes later. */
  readonly since: number;
}

export const moveTasks: Collection<MoveTask> = collection<MoveTask>({
  name: 'sqs.move-tasks',
  key: ['source', 'startedAt', 'id'],
  integers: ['startedAt', 'active'],
  indexes: [{ name: 'active', fields: ['active'] }],
});

export type MoveStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';

export interface MoveTask {
  /** ARN of the dead-letter queue that is emptied. */
  readonly source: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly id: string;
  readonly destination?: string;
  /** Messages a second. */
  readonly rate?: number;
  readonly status: MoveStatus;
  /** 1 while it runs; absent afterwards. */
  readonly active?: 1;
  readonly moved: number;
  readonly toMove: number;
  readonly failure?: string;
}

export const schema: StoreSchema = {
  collections: [
    queues,
    messages,
    turns,
    fifoMessages,
    groups,
    sequences,
    deduplications,
    attempts,
    counts,
    graves,
    moveTasks,
  ] as unknown as StoreSchema['collections'],
  topics: [],
};
