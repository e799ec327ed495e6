import type { Transaction } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';
import { type Shard, type Stream, shards, streams } from './collections.ts';
import { limitExceeded } from './found.ts';
import { nextPosition, takeLanes } from './lanes.ts';
import type { PlannedShard, Resharding } from './reshardings.ts';

/** Open shards of an account in a region, and streams that grow by themselves. AWS's quotas in its largest regions. */
export const SHARD_LIMIT = 20_000;
export const ON_DEMAND_LIMIT = 50;
/** Of one stream. */
export const STREAM_SHARD_LIMIT = 10_000;

/** When a change happens, and the token of the layout that it makes. */
export interface Change {
  readonly now: number;
  readonly layout: string;
}

export async function usage(tx: Pick<Transaction, 'range'>, { account, region }: Place) {
  const sum = { open: 0, onDemand: 0 };
  for (let after: readonly (string | number)[] | undefined; ; ) {
    const page = await tx.range(streams, { prefix: [account, region], limit: 1000, ...(after ? { after } : {}) });
    for (const { open, mode } of page.items) {
      sum.open += open;
      if (mode === 'ON_DEMAND') sum.onDemand++;
    }
    if (!page.next) return sum;
    after = page.next;
  }
}

/** Throws LimitExceededException when the account may not have so many more open shards. */
export async function checkShardLimit(tx: Transaction, place: Place, more: number): Promise<void> {
  if (more <= 0) return;
  const { open } = await usage(tx, place);
  if (open + more <= SHARD_LIMIT) return;
  throw limitExceeded(
    `This request would exceed the shard limit for the account ${place.account} in ${place.region}. Current shard count for the account: ${open}. Limit: ${SHARD_LIMIT}. Number of additional shards that would have resulted from this request: ${more}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
  );
}

/** Makes the first shards of a stream, and resolves to it as it then is; the caller stores it. */
export async function openShards(tx: Transaction, stream: Stream, planned: readonly PlannedShard[]): Promise<Stream> {
  await insert(tx, stream, planned, { given: [], closed: new Set(), now: stream.created });
  return { ...stream, open: planned.length, nextShard: planned.length };
}

/** Closes shards and opens others as planned from these, and stores both and the stream. Throws LimitExceededException. */
export async function reshard(
  tx: Transaction,
  { stream, given, change }: { readonly stream: Stream; readonly given: readonly Shard[]; readonly change: Change },
  plan: Resharding,
): Promise<Stream> {
  const more = plan.made.length - plan.closed.length;
  await checkShardLimit(tx, stream, more);
  const closed = new Set(plan.closed);
  for (const [index, shard] of given.entries()) {
    if (closed.has(index)) await tx.put(shards, { ...shard, end: await nextPosition(tx, shard.lane), closed: change.now });
  }
  await insert(tx, stream, plan.made, { given, closed, now: change.now });
  const changed = {
    ...stream,
    open: stream.open + more,
    nextShard: stream.nextShard + plan.made.length,
    layout: change.layout,
  };
  await tx.put(streams, changed);
  return changed;
}

interface Among {
  /** The shards that indexes below their number mean; those above mean the planned ones. */
  readonly given: readonly Shard[];
  readonly closed: ReadonlySet<number>;
  readonly now: number;
}

async function insert(
  tx: Transaction,
  { id, nextShard }: Stream,
  planned: readonly PlannedShard[],
  { given, closed, now }: Among,
): Promise<void> {
  const lanes = await takeLanes(tx, planned.length);
  const numberOf = (index: number) => (index < given.length ? given[index]!.shard : nextShard + index - given.length);
  for (const [i, { from, to, parents }] of planned.entries()) {
    const { lane, next: first } = lanes[i]!;
    const shard: Shard = {
      stream: id,
      shard: nextShard + i,
      lane,
      first,
      from,
      to,
      parents: parents.map(numberOf),
      created: now,
    };
    await tx.put(shards, closed.has(given.length + i) ? { ...shard, end: first, closed: now } : shard);
  }
}
