import { OPEN_LANES, platformFailure, type Transaction } from '../../kernel/index.ts';
import { changeTopic, type StreamViewType, tableStreams } from '../../model/index.ts';
import { freeLanes, type LatestStream, type Table } from './collections.ts';
import { schemaElements } from './table-description.ts';

/** Opens a new stream of a table, with one shard on a lane of its own; the table keeps what is answered. token: eight hex digits. */
export async function openStream(
  tx: Transaction,
  table: Omit<Table, 'stream'>,
  { viewType, now, token }: { viewType: StreamViewType; now: number; token: string },
): Promise<LatestStream> {
  const { account, region, name } = table;
  let created = now;
  while (await tx.get(tableStreams, [account, region, name, labelOf(created)])) created++;
  const lane = await takeLane(tx);
  const { next } = await tx.bounds(changeTopic.name, lane);
  const label = labelOf(created);
  await tx.put(tableStreams, {
    account,
    region,
    table: name,
    label,
    viewType,
    keySchema: schemaElements(table),
    shardId: `shardId-${String(created).padStart(20, '0')}-${token}`,
    lane,
    first: next,
    created,
  });
  return { label, lane, viewType, enabled: true };
}

/** Ends the shard of a table's stream, if one is enabled; what it holds stays for its time. */
export async function closeStream(tx: Transaction, table: Table, now: number): Promise<LatestStream | undefined> {
  const { stream } = table;
  if (!stream?.enabled) return stream;
  const found = await tx.get(tableStreams, [table.account, table.region, table.name, stream.label]);
  const { next } = await tx.bounds(changeTopic.name, stream.lane);
  if (found) await tx.put(tableStreams, { ...found, end: next, closed: now });
  return { ...stream, enabled: false };
}

function labelOf(time: number): string {
  return new Date(time).toISOString().slice(0, -1);
}

const NEXT = 'next';

async function takeLane(tx: Transaction): Promise<number> {
  const [free] = (await tx.range(freeLanes, { from: ['free.'], to: ['free/'], limit: 1 })).items;
  if (free) {
    await tx.delete(freeLanes, [free.id]);
    return free.lane;
  }
  const lane = (await tx.get(freeLanes, [NEXT]))?.lane ?? 0;
  if (lane >= OPEN_LANES) throw platformFailure('DeadlineExceeded', `all ${OPEN_LANES} lanes of ${changeTopic.name} are taken`);
  await tx.put(freeLanes, { id: NEXT, lane: lane + 1 });
  return lane;
}

/** Gives a lane back whose events are all gone. */
export async function freeLane(tx: Transaction, lane: number): Promise<void> {
  await tx.put(freeLanes, { id: `free.${lane}`, lane });
}
