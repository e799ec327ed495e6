import type { Store, Transaction } from '../../kernel/index.ts';
import {
  abortExpiry,
  afterPrefix,
  expiryOf,
  type LifecycleRule,
  lifecyclePrefixes,
  markerExpiry,
  noncurrentExpiry,
} from '../../model/index.ts';
import { type Announcement, announce, dropParts } from './change-object.ts';
import { type Bucket, buckets, objects, type Upload, uploads, versions } from './collections.ts';
import { deleteLatest, findVersion, newestVersion, removeVersion, versionOf } from './object-versions.ts';
import { eachVersion, type VersionEntry } from './walk-versions.ts';

/** One look over a bucket. */
export interface Round {
  readonly store: Store;
  readonly bucket: string;
  readonly rules: readonly LifecycleRule[];
  /** Epoch ms. */
  readonly now: number;
  /** One for each change, made outside of the transaction. */
  readonly announcement: () => Announcement;
  /** Between two batches; resolves to whether to go on. */
  readonly pause: () => Promise<boolean>;
}

type Ending = 'expire' | 'remove' | 'remove-marker';

interface Due {
  readonly ending: Ending;
  readonly entry: VersionEntry;
  readonly announcement: Announcement;
}

/** Changes a transaction. */
const MOST = 100;

/**
 * Ends what the rules say is over: latest versions, noncurrent ones, delete markers that are left alone, uploads that were never completed.
 * Reads in bounded pages, changes in batches of 100, each thing judged once more where it is changed. Resolves to whether it saw all.
 */
export async function expireBucket(round: Round): Promise<boolean> {
  for (const prefix of lifecyclePrefixes(round.rules))
    if (!(await expireVersions(round, prefix)) || !(await abortUploads(round, prefix))) return false;
  return true;
}

async function expireVersions(round: Round, prefix: string): Promise<boolean> {
  const { store, bucket, announcement } = round;
  let due: Due[] = [];
  let seen = 0;
  for await (const [ending, entry] of endings(round, prefix)) {
    if (ending) due.push({ ending, entry, announcement: announcement() });
    if (++seen % MOST !== 0) continue;
    await endAll(store, bucket, due);
    due = [];
    if (!(await round.pause())) return false;
  }
  await endAll(store, bucket, due);
  return round.pause();
}

/** Every version, with what is to become of it. A marker is known to be alone once the next entry is of another key. */
async function* endings(
  { store, bucket, rules, now }: Round,
  prefix: string,
): AsyncGenerator<[Ending | undefined, VersionEntry]> {
  let before: VersionEntry | undefined;
  let newer = 0;
  let marker: VersionEntry | undefined;
  const isOver = (expiry: { readonly at: number } | undefined) => expiry !== undefined && expiry.at <= now;
  const alone = (entry: VersionEntry): Ending | undefined => (isOver(markerExpiry(rules, entry)) ? 'remove-marker' : undefined);
  for await (const entry of eachVersion(store.read, { bucket, start: { key: prefix }, to: afterPrefix(prefix) })) {
    if (marker) yield [marker.key === entry.key ? undefined : alone(marker), marker];
    marker = undefined;
    const object = { key: entry.key, modified: entry.modified, size: entry.object?.size ?? 0, tags: entry.object?.tags ?? [] };
    if (entry.latest) newer = 0;
    if (entry.latest && !entry.object) marker = entry;
    else if (entry.latest) yield [isOver(expiryOf(rules, object)) ? 'expire' : undefined, entry];
    else {
      const since = Math.max(entry.retired ?? 0, before?.modified ?? now);
      yield [isOver(noncurrentExpiry(rules, object, { since, newer })) ? 'remove' : undefined, entry];
      newer += 1;
    }
    before = entry;
  }
  if (marker) yield [alone(marker), marker];
}

async function endAll(store: Store, name: string, due: readonly Due[]): Promise<void> {
  if (due.length === 0) return;
  await store.transact(async (tx) => {
    const bucket = await tx.get(buckets, [name]);
    if (!bucket) return;
    for (const one of due) await end(tx, bucket, one);
  });
}

/** What changed since it was seen is left to the next look. */
async function end(tx: Transaction, bucket: Bucket, { ending, entry, announcement: change }: Due): Promise<void> {
  const { key, version, owner } = entry;
  const name = { bucket: bucket.bucket, key };
  if (ending === 'expire') {
    const before = await tx.get(objects, [name.bucket, key]);
    if (!before || versionOf(before) !== version || before.modified !== entry.modified) return;
    const deleted = await deleteLatest(tx, { bucket, key, before, change });
    const eventName = bucket.versioning ? 'LifecycleExpiration:DeleteMarkerCreated' : 'LifecycleExpiration:Delete';
    if (deleted) await announce(tx, eventName, deleted, change);
    return;
  }
  const found = await findVersion(tx, name, version);
  if (!found?.row || found.row.modified !== entry.modified) return;
  if (ending === 'remove' && !(await isNoncurrent(tx, name, found.row.order))) return;
  if (ending === 'remove-marker' && !(await isAlone(tx, name, found.row.order))) return;
  await removeVersion(tx, name, found);
  await announce(tx, 'LifecycleExpiration:Delete', { ...name, owner, version }, change);
}

type Name = { readonly bucket: string; readonly key: string };

async function isNoncurrent(tx: Transaction, name: Name, order: string): Promise<boolean> {
  if (await tx.get(objects, [name.bucket, name.key])) return true;
  return (await newestVersion(tx, name))?.order !== order;
}

async function isAlone(tx: Transaction, name: Name, order: string): Promise<boolean> {
  if (await tx.get(objects, [name.bucket, name.key])) return false;
  const { items } = await tx.range(versions, { prefix: [name.bucket, name.key], limit: 2 });
  return items.length === 1 && items[0]!.order === order;
}

async function abortUploads({ store, bucket, rules, now, pause }: Round, prefix: string): Promise<boolean> {
  const to = afterPrefix(prefix);
  for (let after: readonly (string | number)[] | undefined; ; ) {
    const start = after ? { after } : { from: [prefix] };
    const page = await store.read.range(uploads, {
      prefix: [bucket],
      ...start,
      ...(to === undefined ? {} : { to: [to] }),
      limit: MOST,
    });
    for (const upload of page.items) {
      const expiry = abortExpiry(rules, upload.key, upload.initiated);
      if (expiry && expiry.at <= now) await abort(store, upload);
    }
    if (!(await pause())) return false;
    if (!page.next) return true;
    after = page.next;
  }
}

/** One a transaction: an upload may have 10,000 parts. */
async function abort(store: Store, { bucket, key, upload }: Upload): Promise<void> {
  await store.transact(async (tx) => {
    if (!(await tx.delete(uploads, [bucket, key, upload]))) return;
    await dropParts(tx, upload);
  });
}
