import { describe, isFailure, type Transaction } from '../../kernel/index.ts';
import {
  type DiscardCondition,
  type DiscardedBatch,
  discardKey,
  discardRecord,
  type PutTarget,
  parseArn,
  type Target,
  targetOf,
} from '../../model/index.ts';
import type { StreamRecord } from './collect-batch.ts';
import type { Ran } from './invoke-batch.ts';
import type { Shard } from './shard.ts';

const ACTIONS: Readonly<Partial<Record<Target['kind'], string>>> = {
  queue: 'sqs:SendMessage',
  topic: 'sns:Publish',
  bucket: 's3:PutObject',
};

export interface Discard {
  readonly condition: DiscardCondition;
  readonly records: readonly StreamRecord[];
  readonly invocations: number;
  /** Of the last invocation, or a new id. */
  readonly requestId: string;
  readonly ran: Extract<Ran, { kind: 'ran' }> | undefined;
  /** The function's role; undefined when the function is not there. */
  readonly role: string | undefined;
  readonly now: number;
  /** Instead of the mapping's own destination. */
  readonly to: string | undefined;
}

/** Takes what was given up to its destination in the transaction of its outcome; answers the ARN, or undefined when it could not. */
export type WriteDiscard = (tx: Transaction) => Promise<string | undefined>;

/** Prepares what an OnFailure destination gets (spec/event-sources.md §12.1); objects are stored here already, under a key of their own. */
export async function prepareDiscard(shard: Shard, discard: Discard): Promise<WriteDiscard> {
  const { ports, live } = shard;
  const to = discard.to ?? live.stream.onFailure;
  const target = to === undefined ? undefined : targetOf(to);
  const nowhere: WriteDiscard = async () => undefined;
  if (to === undefined || target === undefined || discard.role === undefined || discard.records.length === 0) return nowhere;
  const action = ACTIONS[target.kind] ?? '';
  if (!(await ports.mayAct(discard.role, action, target.kind === 'bucket' ? `${to}/*` : to))) {
    ports.logger.warn('the role of a function may not reach its destination', { role: discard.role, to, action });
    return nowhere;
  }
  if (target.kind === 'bucket') return (await store(shard, discard, to)) ? async () => to : nowhere;
  return (tx) => put(tx, shard, discard, target as PutTarget);
}

async function store(shard: Shard, discard: Discard, to: string): Promise<boolean> {
  const { ports, live } = shard;
  const { account, region, uuid } = live.mapping;
  const batch = describeDiscard(shard, discard);
  const payload = { Records: discard.records.map(({ text }) => JSON.parse(text)) };
  try {
    await ports.storeObject({
      bucket: parseArn(to)?.resource ?? '',
      key: discardKey(uuid, batch),
      body: JSON.stringify({ ...discardRecord(batch), payload }),
      contentType: 'application/json',
      owner: account,
      region,
      cause: discard.requestId,
    });
    return true;
  } catch (error) {
    ports.logger.warn('a batch could not be kept in a bucket', { to, error: describe(error) });
    return false;
  }
}

async function put(tx: Transaction, shard: Shard, discard: Discard, target: PutTarget): Promise<string | undefined> {
  const item = {
    id: discard.requestId,
    body: JSON.stringify(discardRecord(describeDiscard(shard, discard))),
    time: discard.now,
    caller: { role: discard.role! },
    cause: discard.requestId,
  };
  try {
    await shard.ports.put(tx, target, item);
    return target.arn;
  } catch (error) {
    if (!isFailure(error) || !error.code.startsWith('Target')) throw error;
    shard.ports.logger.warn('a batch could not be passed on', { to: target.arn, error: error.message });
    return undefined;
  }
}

function describeDiscard(shard: Shard, { condition, records, invocations, requestId, ran, now }: Discard): DiscardedBatch {
  const { source, functionArn, sourceArn } = shard.live.mapping;
  const edge = ({ id, time }: StreamRecord) => ({ sequenceNumber: id, time });
  return {
    source,
    requestId,
    functionArn,
    condition,
    invocations,
    ...(ran &&
      condition !== 'RecordAgeExceeded' && {
        response: { executedVersion: ran.executedVersion, functionError: ran.functionError ? 'Unhandled' : null },
      }),
    time: now,
    streamArn: sourceArn,
    shardId: shard.shardId,
    first: edge(records[0]!),
    last: edge(records.at(-1)!),
    size: records.length,
  };
}
