import type { Collection, Key, Range, Reader } from '../../kernel/index.ts';
import { afterPrefix, commonPrefix } from '../../model/index.ts';
import { OLDEST, objects, type StoredObject, versions } from './collections.ts';
import { versionOf } from './object-versions.ts';
import { compareKeys, type Walk } from './walk-keys.ts';

/** A version as lists show it. */
export interface VersionEntry {
  readonly key: string;
  readonly version: string;
  readonly owner: string;
  readonly modified: number;
  /** Whether no newer version of the key is there. */
  readonly latest: boolean;
  /** Epoch ms when a newer one took its place, as far as that is known. */
  readonly retired?: number | undefined;
  /** Absent: a delete marker. */
  readonly object?: StoredObject | undefined;
}

/** Where a walk begins: with the first version of a key, or behind a version that has this order. */
export type Start = { readonly key: string } | { readonly after: { readonly key: string; readonly order: string } };

interface Stretch {
  readonly bucket: string;
  readonly start: Start;
  /** Keys from here on are not read. */
  readonly to: string | undefined;
}

/** All versions in a bucket: by key in UTF-8 byte order, of each key the newest first. Reads both collections in growing pages. */
export async function* eachVersion(from: Reader, { bucket, start, to }: Stretch): AsyncGenerator<VersionEntry> {
  const until = to === undefined ? {} : { to: [to] };
  const [ofObjects, ofVersions]: Pick<Range, 'from' | 'after'>[] =
    'key' in start
      ? [{ from: [start.key] }, { from: [start.key] }]
      : [{ from: [start.after.key] }, { after: [start.after.key, start.after.order] }];
  const current = rows(from, objects, { prefix: [bucket], ...ofObjects, ...until });
  const older = rows(from, versions, { prefix: [bucket], ...ofVersions, ...until });
  let [one, two] = [await current.next(), await older.next()];
  if ('after' in start && !one.done && isPassed(one.value, start.after)) one = await current.next();
  let last = 'after' in start ? start.after.key : undefined;
  while (!one.done || !two.done) {
    if (!one.done && (two.done || compareKeys(one.value.key, two.value.key) <= 0)) {
      const { key, owner, modified } = one.value;
      yield { key, version: versionOf(one.value), owner, modified, latest: true, object: one.value };
      last = key;
      one = await current.next();
    } else if (!two.done) {
      const { key, version, owner, modified, retired, object } = two.value;
      yield { key, version, owner, modified, latest: key !== last, retired, object };
      last = key;
      two = await older.next();
    }
  }
}

/** The latest object is passed like any version; one that became the latest since is not. */
function isPassed({ key, order = OLDEST }: StoredObject, after: { readonly key: string; readonly order: string }): boolean {
  return key === after.key && order <= after.order;
}

const FIRST_PAGE = 16;

async function* rows<D>(from: Reader, collection: Collection<D>, range: Omit<Range, 'limit'>): AsyncGenerator<D> {
  let after: Key | undefined;
  for (let limit = FIRST_PAGE; ; limit = Math.min(limit * 4, 1000)) {
    const { from: _, after: __, ...bounds } = range;
    const page = await from.range(collection, after ? { ...bounds, after, limit } : { ...range, limit });
    yield* page.items;
    if (!page.next) return;
    after = page.next;
  }
}

export interface VersionWalk extends Omit<Walk, 'after'> {
  readonly start: Start;
}

export interface VersionListing {
  readonly entries: readonly VersionEntry[];
  readonly prefixes: readonly string[];
  /** The last entry, when more follow; without version a common prefix. */
  readonly next?: { readonly key: string; readonly version?: string };
}

/** Versions and common prefixes in order (spec/backends.md §2.5); what lies below a common prefix is skipped. */
export async function walkVersions(from: Reader, walk: VersionWalk): Promise<VersionListing> {
  const { bucket, prefix, delimiter, limit } = walk;
  const found = { entries: [] as VersionEntry[], prefixes: [] as string[] };
  if (limit === 0) return found;
  const to = afterPrefix(prefix);
  let next: { key: string; version?: string } | undefined;
  for (let start = firstStart(walk); start; ) {
    let group: string | undefined;
    for await (const entry of eachVersion(from, { bucket, start, to })) {
      if (found.entries.length + found.prefixes.length === limit) return { ...found, ...(next ? { next } : {}) };
      group = commonPrefix(entry.key, prefix, delimiter);
      if (group !== undefined) break;
      found.entries.push(entry);
      next = { key: entry.key, version: entry.version };
    }
    if (group === undefined) return found;
    found.prefixes.push(group);
    next = { key: group };
    start = startAfter(group);
  }
  return found;
}

function startAfter(group: string): Start | undefined {
  const key = afterPrefix(group);
  return key === undefined ? undefined : { key };
}

/** Not before the prefix; a marker in a group means all of the group. */
function firstStart({ prefix, delimiter, start }: VersionWalk): Start | undefined {
  const key = 'key' in start ? start.key : start.after.key;
  if (compareKeys(key, prefix) < 0) return { key: prefix };
  const group = 'after' in start ? commonPrefix(key, prefix, delimiter) : undefined;
  return group === undefined ? start : startAfter(group);
}
