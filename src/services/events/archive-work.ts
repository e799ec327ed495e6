import {
  allRows,
  type Clock,
  describe,
  type Logger,
  type Reader,
  Rounds,
  type Store,
  type Transaction,
} from '../../kernel/index.ts';
import { busEventInput, busTopic, parseArn } from '../../model/index.ts';
import { type Archive, type ArchivedEvent, archivedEvents, archives, shelfOf } from './archives.ts';
import { type Replay, replays } from './collections.ts';

export interface ArchiveWorkDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DAY_MS = 86_400_000;
const SWEEP_MS = 60_000;
const BATCH = 100;
const REPLAYS_KEPT_DAYS = 90;

/** What archives do behind: replays go on where they were, events that are too old go, a batch at a time; woken when a replay is to begin. */
export function createArchiveWork({ store, clock, logger }: ArchiveWorkDeps): Rounds {
  return new Rounds({
    clock,
    firstMs: 0,
    everyMs: SWEEP_MS,
    round: async () => ((await round(store, clock.now())) ? 0 : SWEEP_MS),
    failed: (error) => logger.warn('archives could not be worked on, trying again', { error: describe(error) }),
  });
}

/** A batch of each replay and each archive; resolves true when there is more to do at once. */
async function round(store: Store, now: number): Promise<boolean> {
  let more = false;
  const active = await store.read.range(replays, { index: 'active', limit: BATCH });
  for (const replay of active.items) more = (await step(store, replay, now)) || more;
  let after: readonly string[] | undefined;
  do {
    const page = await store.read.range(archives, { limit: BATCH, ...(after ? { after } : {}) });
    for (const archive of page.items) more = (await expire(store, archive, now)) || more;
    after = page.next as readonly string[] | undefined;
  } while (after);
  await forget(store, now);
  return (await removeOrphans(store)) || more;
}

/** The next events of a replay, and how far it is, in one transaction: a crash neither loses nor repeats one. */
function step(store: Store, { account, region, name }: Replay, now: number): Promise<boolean> {
  return store.transact(async (tx) => {
    const replay = await tx.get(replays, [account, region, name]);
    if (replay?.active === undefined) return false;
    const archive = await tx.get(archives, archiveKey(replay.archive));
    if (!archive) return end(tx, replay, { state: 'FAILED', reason: 'The archive was deleted.', ended: now });
    const { at } = replay;
    const place = at ? { after: [at.time, at.seq] } : { from: [replay.start] };
    const page = await tx.range(archivedEvents, { prefix: [shelfOf(archive)], ...place, to: [replay.end], limit: BATCH });
    for (const archived of page.items) await append(tx, replay, archived, now);
    const last = page.items.at(-1);
    const seen = last ? { at: { time: last.time, seq: last.seq } } : {};
    if (page.next === undefined) return end(tx, { ...replay, ...seen }, { state: 'COMPLETED', ended: now });
    await tx.put(replays, { ...replay, ...seen, state: 'RUNNING' });
    return true;
  });
}

async function end(
  tx: Transaction,
  { active: _active, ...replay }: Replay,
  how: Pick<Replay, 'state' | 'reason' | 'ended'>,
): Promise<boolean> {
  await tx.put(replays, { ...replay, ...how });
  return false;
}

async function append(tx: Transaction, { name, rules, bus }: Replay, { event, seq }: ArchivedEvent, now: number): Promise<void> {
  const replayed = { ...event, bus, ingested: now, replay: { name, ...(rules ? { rules } : {}) } };
  await tx.append(busTopic.name, 0, busEventInput(replayed, `${event.id}/${name}/${seq}`, undefined));
}

function archiveKey(arn: string): [string, string, string] {
  const { account = '', region = '', resource = '' } = parseArn(arn) ?? {};
  return [account, region, resource.slice('archive/'.length)];
}

/** Removes events that are older than the archive keeps them. */
async function expire(store: Store, kept: Archive, now: number): Promise<boolean> {
  const { account, region, name, retentionDays } = kept;
  if (retentionDays === 0) return false;
  const prefix = [shelfOf(kept)];
  const to = [now - retentionDays * DAY_MS];
  const old = await store.read.range(archivedEvents, { prefix, to, limit: BATCH });
  if (old.items.length === 0) return false;
  await store.transact(async (tx) => {
    const archive = await tx.get(archives, [account, region, name]);
    if (archive?.created !== kept.created) return;
    let { events, bytes } = archive;
    for (const one of old.items) {
      if (!(await tx.delete(archivedEvents, [one.archive, one.time, one.seq]))) continue;
      events -= 1;
      bytes -= one.bytes;
    }
    await tx.put(archives, { ...archive, events, bytes });
  });
  return old.next !== undefined;
}

/** Removes events of archives that are not there any more, archive by archive. */
async function removeOrphans(store: Store): Promise<boolean> {
  let after = '';
  for (;;) {
    const [first] = (await store.read.range(archivedEvents, { from: [after], limit: 1 })).items;
    if (!first) return false;
    if (await hasArchive(store.read, first.archive)) {
      after = `${first.archive}\u0000`;
      continue;
    }
    const page = await store.read.range(archivedEvents, { prefix: [first.archive], limit: BATCH });
    await store.transact(async (tx) => {
      if (await hasArchive(tx, first.archive)) return;
      for (const one of page.items) await tx.delete(archivedEvents, [one.archive, one.time, one.seq]);
    });
    return true;
  }
}

async function hasArchive(from: Reader, shelf: string): Promise<boolean> {
  const at = shelf.lastIndexOf('/');
  const archive = await from.get(archives, archiveKey(shelf.slice(0, at)));
  return archive?.created === Number(shelf.slice(at + 1));
}

/** Removes replays that ended long ago. */
async function forget(store: Store, now: number): Promise<void> {
  const old = (await allRows(store.read, replays))
    .filter(({ ended }) => ended !== undefined && ended < now - REPLAYS_KEPT_DAYS * DAY_MS)
    .slice(0, BATCH);
  if (old.length === 0) return;
  await store.transact(async (tx) => {
    for (const { account, region, name } of old) await tx.delete(replays, [account, region, name]);
  });
}
