import { contentRange, isDigest, type RawResponse, selectRange } from '../../../model/index.ts';
import type { InRepository } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';
import { findLayer, hashOf } from '../layers.ts';
import { foundRepository } from '../repositories.ts';
import { answer, refuse } from './answers.ts';
import { type Handle, permit } from './call.ts';

/** HEAD and GET of a layer or configuration. */
export const readBlob: Handle = async (call) => {
  const { deps, request, at, rest } = call;
  await permit(call, at, request.method === 'HEAD' ? 'BatchCheckLayerAvailability' : 'GetDownloadUrlForLayer');
  await foundRepository(deps.store.read, at);
  return blobAnswer(deps, at, { digest: rest, method: request.method, range: request.headers.range });
};

/** A layer's content or the part of it that a Range header selects. Throws BLOB_UNKNOWN, RANGE_INVALID. */
export async function blobAnswer(
  { store }: EcrDeps,
  at: InRepository,
  { digest, method, range }: { readonly digest: string; readonly method: string; readonly range: string | undefined },
): Promise<RawResponse> {
  const layer = isDigest(digest) ? await findLayer(store.read, at, digest) : undefined;
  if (!layer) throw refuse('BLOB_UNKNOWN', `there is no blob ${digest.slice(0, 100)} in ${at.repository}`, 404);
  const { size } = layer;
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    'cache-control': 'private, max-age=31536000',
  };
  if (method === 'HEAD') return answer(200, { ...headers, 'content-length': String(size) });
  const selected = selectRange(range, size);
  if (selected === 'unsatisfiable')
    throw refuse('RANGE_INVALID', `the blob has ${size} bytes`, 416, { 'content-range': `bytes */${size}` });
  if (selected === 'whole')
    return answer(200, { ...headers, 'content-length': String(size) }, await store.blobs.read(hashOf(digest)));
  const partial = {
    ...headers,
    'content-length': String(selected.end - selected.start),
    'content-range': contentRange(selected, size),
  };
  return answer(206, partial, await store.blobs.read(hashOf(digest), selected));
}
