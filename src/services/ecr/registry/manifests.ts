import { isUtf8 } from 'node:buffer';
import { utf8 } from '../../../kernel/index.ts';
import { isDigest, isImageTag, LARGEST_MANIFEST, parseManifest } from '../../../model/index.ts';
import { deleteOne } from '../batch-delete-image.ts';
import { foundImage, manifestText, pushImage } from '../images.ts';
import type { ImageId } from '../refusals.ts';
import { foundRepository } from '../repositories.ts';
import { answer, refuse } from './answers.ts';
import { type Handle, permit } from './call.ts';

/** HEAD and GET by tag or digest. */
export const readManifest: Handle = async (call) => {
  const { deps, request, at, rest } = call;
  await permit(call, at, 'BatchGetImage');
  await foundRepository(deps.store.read, at);
  const image = await foundImage(deps.store.read, at, idOf(rest));
  const headers = {
    'content-type': image.mediaType,
    'content-length': String(image.bytes),
    'docker-content-digest': image.digest,
    etag: `"${image.digest}"`,
  };
  return answer(200, headers, request.method === 'HEAD' ? undefined : await manifestText(deps.store, image));
};

/** PUT under a tag, or a digest that it must have. */
export const putManifest: Handle = async (call) => {
  const { deps, request, at, rest } = call;
  await permit(call, at, 'PutImage');
  await foundRepository(deps.store.read, at);
  const id = idOf(rest);
  const bytes = await request.body(LARGEST_MANIFEST);
  if (!isUtf8(bytes)) throw refuse('MANIFEST_INVALID', 'the manifest is no UTF-8', 400);
  const manifest = parseManifest(utf8(bytes), request.headers['content-type']?.split(';')[0]?.trim());
  const blob = await deps.store.blobs.stage(bytes);
  const digest = `sha256:${blob.hash}`;
  if (id.imageDigest !== undefined && id.imageDigest !== digest)
    throw refuse('DIGEST_INVALID', `the manifest's digest is ${digest}, not ${id.imageDigest}`, 400);
  const now = deps.clock.now();
  await deps.store.transact((tx) => pushImage(tx, at, { manifest, blob, tag: id.imageTag, now }));
  return answer(201, { location: `/v2/${at.repository}/manifests/${digest}`, 'docker-content-digest': digest });
};

/** DELETE by digest takes the image away, by tag only the tag. */
export const deleteManifest: Handle = async (call) => {
  const { deps, at, rest } = call;
  await permit(call, at, 'BatchDeleteImage');
  const imageId = idOf(rest);
  const now = deps.clock.now();
  const { failure } = await deps.store.transact(async (tx) => {
    await foundRepository(tx, at);
    return deleteOne(tx, at, { imageId, now, tagOnly: true });
  });
  if (failure?.failureCode === 'ImageNotFound') throw refuse('MANIFEST_UNKNOWN', failure.failureReason, 404);
  if (failure) throw refuse('DENIED', failure.failureReason, 409);
  return answer(202);
};

function idOf(reference: string): ImageId {
  if (isDigest(reference)) return { imageDigest: reference };
  if (isImageTag(reference)) return { imageTag: reference };
  throw refuse('MANIFEST_UNKNOWN', `${JSON.stringify(reference.slice(0, 150))} is neither a tag nor a SHA-256 digest`, 404);
}
