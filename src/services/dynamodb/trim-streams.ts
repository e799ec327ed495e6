import type { Key, Position, Store } from '../../kernel/index.ts';
import { CHANGE_RETENTION_MS, changeTopic, type TableStream, tableStreamArn, tableStreams } from '../../model/index.ts';
import { freeLane } from './table-streams.ts';

/** Trims the records of all streams that are older than a day, and removes streams that ended and are empty. */
export async function trimStreams(
  store: Store,
  now: number,
  { signal, removed }: { signal: AbortSignal; removed: (streamArn: string) => void },
): Promise<void> {
  const before = now - CHANGE_RETENTION_MS;
  let after: Key | undefined;
  do {
    const page = await store.read.range(tableStreams, { ...(after ? { after } : {}), limit: 100 });
    for (const stream of page.items) {
      if (signal.aborted) return;
      await trim(store, stream, { before, signal });
      if (stream.closed === undefined || stream.closed >= before) continue;
      if (await remove(store, stream)) removed(tableStreamArn(stream));
    }
    after = page.next;
  } while (after);
}

/** Up to 500 records go in one transaction; the next sweep goes on. */
const MOST_SLICES = 100;

async function trim(
  store: Store,
  stream: TableStream,
  { before, signal }: { before: number; signal: AbortSignal },
): Promise<void> {
  const to = await firstSince(store, stream, before);
  for (let more = to !== undefined, left = MOST_SLICES; more && left > 0 && !signal.aborted; left--)
    more = await store.transact((tx) => tx.trim(changeTopic.name, stream.lane, to!));
}

/** The position of the first record since a time; undefined: nothing is older. Records stand in the order of their times. */
async function firstSince({ read }: Store, { lane }: TableStream, time: number): Promise<Position | undefined> {
  const { first, next } = await read.bounds(changeTopic.name, lane);
  const isOlder = async (position: Position) => {
    const [event] = await read.events(changeTopic.name, lane, position, 1);
    return event !== undefined && event.time < time;
  };
  if (first >= next || !(await isOlder(first))) return undefined;
  let [old, young] = [first, next];
  while (young - old > 1) {
    const middle = Math.floor((old + young) / 2);
    if (await isOlder(middle)) old = middle;
    else young = middle;
  }
  return young;
}

function remove(store: Store, stream: TableStream): Promise<boolean> {
  const { account, region, table, label, lane } = stream;
  return store.transact(async (tx) => {
    const { first, next } = await tx.bounds(changeTopic.name, lane);
    if (first < next || !(await tx.delete(tableStreams, [account, region, table, label]))) return false;
    await freeLane(tx, lane);
    return true;
  });
}
