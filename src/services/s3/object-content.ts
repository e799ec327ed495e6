import type { Store } from '../../kernel/index.ts';
import type { ByteRange } from '../../model/index.ts';
import { eachPart } from './change-object.ts';
import type { StoredObject } from './collections.ts';

type Source = Pick<Store, 'blobs' | 'read'>;

/** An object's bytes, or a range of them. Opened before it resolves, so that a missing blob is an error and not a broken answer. */
export async function readContent(store: Source, object: StoredObject, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
  if (object.hash !== undefined) return store.blobs.read(object.hash, range);
  const slices = await slicesOf(store, object, range ?? { start: 0, end: object.size });
  const [first, ...rest] = slices;
  if (!first) return nothing();
  const opened = await store.blobs.read(first.hash, first.range);
  return concatenated(store, opened, rest);
}

interface Slice {
  readonly hash: string;
  /** Undefined: the whole blob, whose hash is then checked. */
  readonly range?: ByteRange;
}

async function slicesOf(store: Source, object: StoredObject, range: ByteRange): Promise<Slice[]> {
  const slices: Slice[] = [];
  let offset = 0;
  for await (const part of eachPart(store.read, object.upload!)) {
    const start = Math.max(range.start - offset, 0);
    const end = Math.min(range.end - offset, part.size);
    offset += part.size;
    if (start < end) slices.push(end - start === part.size ? { hash: part.hash } : { hash: part.hash, range: { start, end } });
    if (offset >= range.end) break;
  }
  return slices;
}

async function* concatenated(
  store: Source,
  first: AsyncIterable<Uint8Array>,
  rest: readonly Slice[],
): AsyncGenerator<Uint8Array> {
  yield* first;
  for (const slice of rest) yield* await store.blobs.read(slice.hash, slice.range);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
