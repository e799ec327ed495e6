import type { Collection, Key, Page, Reader } from '../../kernel/index.ts';
import { invalidParameter } from '../../model/index.ts';

export interface Paged {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** One page of what begins with prefix: as many as the caller wants, at most cap (spec/lambda-api.md §16). */
export async function listPage<D>(
  from: Reader,
  what: { readonly in: Collection<D>; readonly prefix: Key; readonly cap: number; readonly reverse?: boolean },
  { Marker, MaxItems }: Paged,
): Promise<{ items: D[]; NextMarker?: string }> {
  const after = readMarker(Marker, what.in.key.length - what.prefix.length);
  const { prefix, reverse } = what;
  const limit = Math.min(MaxItems ?? what.cap, what.cap);
  const page: Page<D> = await from.range(what.in, { prefix, reverse, limit, ...(after && { after }) });
  return { items: page.items, NextMarker: page.next && writeMarker(page.next) };
}

export function writeMarker(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Throws InvalidParameterValueException for what was not made by writeMarker; most: how many parts it may have. */
export function readMarker(marker: string | undefined, most: number): Key | undefined {
  if (marker === undefined || marker === '') return undefined;
  const bad = invalidParameter('The marker is not one that this operation gave.');
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(marker, 'base64url').toString('utf8'));
  } catch {
    throw bad;
  }
  const isPart = (part: unknown) => typeof part === 'string' || Number.isSafeInteger(part);
  if (!Array.isArray(key) || key.length === 0 || key.length > most || !key.every(isPart)) throw bad;
  return key;
}

/** Every document that begins with prefix, in a transaction or not. */
export async function* each<D>(from: Reader, collection: Collection<D>, prefix: Key): AsyncGenerator<D> {
  for (let after: Key | undefined, more = true; more; ) {
    const page: Page<D> = await from.range(collection, { prefix, limit: 200, ...(after && { after }) });
    yield* page.items;
    after = page.next;
    more = page.next !== undefined;
  }
}
