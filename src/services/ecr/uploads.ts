import { fail, type Reader, type StagedBlob, type Store, type Transaction } from '../../kernel/index.ts';
import { type InRepository, type Upload, type UploadPart, uploadParts, uploads } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { addLayer } from './layers.ts';
import { invalidLayer, limitExceeded, noUpload } from './refusals.ts';
import { foundRepository } from './repositories.ts';

/** As many as ECR takes. */
const MOST_PARTS = 4200;
/** Uploads of a repository at a time. */
const MOST_UPLOADS = 1000;

/** Begins to receive a layer. Throws RepositoryNotFoundException, LimitExceededException. */
export async function beginUpload({ store, ids, clock }: EcrDeps, at: InRepository): Promise<Upload> {
  const { account, region, repository } = at;
  const upload = { account, region, repository, id: ids.uuid(), size: 0, touched: clock.now() };
  await store.transact(async (tx) => {
    await foundRepository(tx, at);
    if ((await tx.count(uploads, [account, region, repository])) >= MOST_UPLOADS)
      throw limitExceeded(`a repository receives at most ${MOST_UPLOADS} layers at a time`);
    await tx.put(uploads, upload);
  });
  return upload;
}

/** Throws UploadNotFoundException. */
export async function foundUpload(from: Reader, at: InRepository, id: string): Promise<Upload> {
  const upload = await from.get(uploads, [at.account, at.region, at.repository, id]);
  if (!upload) throw noUpload(at, id);
  return upload;
}

/** Content, up to what a layer may have. Breaks with LayerTooLarge 413. */
export async function* bounded(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.byteLength;
    if (size > most) throw fail('LayerTooLarge', `a layer has at most ${most} bytes here`, { status: 413 });
    yield chunk;
  }
}

/**
 * Receives the next part of a layer; what is cut off leaves nothing. Throws UploadNotFoundException, LayerTooLarge, and InvalidLayerPartException
 * when another part came meanwhile or it does not begin where the last one ended.
 */
export async function appendPart(
  { store, clock, settings }: EcrDeps,
  upload: Upload,
  content: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<Upload> {
  const most = settings.layerBytes - upload.size;
  const part = await store.blobs.stage(content instanceof Uint8Array ? content : bounded(content, most));
  const touched = clock.now();
  return store.transact(async (tx) => {
    const before = await foundUpload(tx, upload, upload.id);
    if (before.size !== upload.size) throw wrongPart(before.size);
    const next = { ...before, size: before.size + part.size, touched };
    await tx.put(uploads, next);
    if (part.size === 0) return next;
    if ((await tx.count(uploadParts, [upload.id])) >= MOST_PARTS) throw limitExceeded(`a layer has at most ${MOST_PARTS} parts`);
    await tx.addBlob(part);
    await tx.put(uploadParts, { upload: upload.id, start: before.size, hash: part.hash, size: part.size });
    return next;
  });
}

export function wrongPart(size: number) {
  return fail('InvalidLayerPartException', `the next part begins at byte ${size}`, {
    fields: { lastValidByteReceived: size - 1 },
  });
}

/** Makes what was received a layer, if it is what digest says. Throws UploadNotFoundException, InvalidLayerException. */
export async function completeUpload({ store, clock }: EcrDeps, upload: Upload, digest: string): Promise<StagedBlob> {
  const parts = await partsOf(store.read, upload.id);
  const [only] = parts;
  const whole = parts.length === 1 ? { hash: only!.hash, size: only!.size } : await store.blobs.stage(joined(store, parts));
  if (`sha256:${whole.hash}` !== digest) throw invalidLayer(`the layer's digest is sha256:${whole.hash}, not ${digest}`);
  const now = clock.now();
  await store.transact(async (tx) => {
    await foundRepository(tx, upload);
    const last = await foundUpload(tx, upload, upload.id);
    if (last.size !== upload.size) throw wrongPart(last.size);
    await addLayer(tx, upload, whole, now);
    await removeUpload(tx, upload);
  });
  return whole;
}

async function* joined(store: Store, parts: readonly UploadPart[]): AsyncGenerator<Uint8Array> {
  for (const { hash } of parts) yield* await store.blobs.read(hash);
}

async function partsOf(from: Reader, upload: string): Promise<UploadPart[]> {
  const parts: UploadPart[] = [];
  for (let start = -1; ; start = parts.at(-1)!.start) {
    const { items, next } = await from.range(uploadParts, { prefix: [upload], after: [start], limit: 1000 });
    parts.push(...items);
    if (!next) return parts;
  }
}

/** Forgets an upload with all that was received. */
export async function removeUpload(tx: Transaction, upload: Upload): Promise<void> {
  for (const part of await partsOf(tx, upload.id)) {
    await tx.delete(uploadParts, [part.upload, part.start]);
    await tx.dropBlob(part.hash);
  }
  await tx.delete(uploads, [upload.account, upload.region, upload.repository, upload.id]);
}
