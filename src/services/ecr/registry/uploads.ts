import { isFailure } from '../../../kernel/index.ts';
import { isDigest, isRepositoryName, type RawResponse } from '../../../model/index.ts';
import { ownPlace } from '../access.ts';
import type { InRepository, Upload } from '../collections.ts';
import { mountLayer } from '../layers.ts';
import { foundRepository } from '../repositories.ts';
import { appendPart, beginUpload, completeUpload, foundUpload, removeUpload, wrongPart } from '../uploads.ts';
import { answer, refuse } from './answers.ts';
import { type Call, type Handle, permit } from './call.ts';

/** POST: mounts a layer of another repository, receives a layer whole, or begins to receive it in parts. */
export const beginBlob: Handle = async (call) => {
  const { deps, request, at } = call;
  await permit(call, at, 'InitiateLayerUpload');
  const mounted = await mount(call);
  if (mounted) return mounted;
  const upload = await beginUpload(deps, at);
  const digest = request.query.get('digest');
  if (digest === null) return progress(upload, 202);
  return finish(call, upload, digest).catch(async (error) => {
    await deps.store.transact((tx) => removeUpload(tx, upload)); // nobody knows its id
    throw error;
  });
};

/** PATCH: the next part. */
export const patchBlob: Handle = async (call) => {
  const { deps, request, at } = call;
  await permit(call, at, 'UploadLayerPart');
  const upload = await foundUpload(deps.store.read, at, uploadId(call));
  checkStart(request.headers['content-range'], upload);
  return progress(await appendPart(deps, upload, request.stream()), 202);
};

/** PUT: the last part, if there is one, and the digest. */
export const putBlob: Handle = async (call) => {
  const { deps, request, at } = call;
  await permit(call, at, 'CompleteLayerUpload');
  const upload = await foundUpload(deps.store.read, at, uploadId(call));
  checkStart(request.headers['content-range'], upload);
  return finish(call, upload, request.query.get('digest') ?? '');
};

export const uploadStatus: Handle = async (call) => {
  await permit(call, call.at, 'UploadLayerPart');
  return progress(await foundUpload(call.deps.store.read, call.at, uploadId(call)), 204);
};

export const cancelUpload: Handle = async (call) => {
  await permit(call, call.at, 'UploadLayerPart');
  await call.deps.store.transact(async (tx) => removeUpload(tx, await foundUpload(tx, call.at, uploadId(call))));
  return answer(204);
};

async function finish({ deps, request, at }: Call, upload: Upload, digest: string): Promise<RawResponse> {
  if (!isDigest(digest)) throw refuse('DIGEST_INVALID', `${JSON.stringify(digest.slice(0, 100))} is no SHA-256 digest`, 400);
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
  const whole = hasBody ? await appendPart(deps, upload, request.stream()) : upload;
  await completeUpload(deps, whole, digest);
  return created(at.repository, digest);
}

/** Undefined when there is nothing to mount: the client then sends the layer. */
async function mount(call: Call): Promise<RawResponse | undefined> {
  const { deps, request, at } = call;
  const digest = request.query.get('mount');
  const from = request.query.get('from');
  if (digest === null || from === null || !isDigest(digest) || !isRepositoryName(from)) return undefined;
  const source = ownPlace(at, from);
  if (!(await mayRead(call, source))) return undefined;
  const now = deps.clock.now();
  const mounted = await deps.store.transact(async (tx) => {
    await foundRepository(tx, at);
    return mountLayer(tx, source, at, { digest, now });
  });
  return mounted ? created(at.repository, digest) : undefined;
}

async function mayRead(call: Call, source: InRepository): Promise<boolean> {
  try {
    await permit(call, source, 'GetDownloadUrlForLayer');
    return true;
  } catch (error) {
    if (isFailure(error, 'DENIED')) return false;
    throw error;
  }
}

function created(repository: string, digest: string): RawResponse {
  return answer(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
}

function progress({ repository, id, size }: Upload, status: number): RawResponse {
  return answer(status, {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    'docker-upload-uuid': id,
    range: `0-${Math.max(size - 1, 0)}`,
  });
}

function uploadId({ rest }: Call): string {
  return rest.slice('uploads/'.length);
}

/** `start-end` of the part, or `bytes start-end/*`; clients need not send it. */
function checkStart(header: string | undefined, upload: Upload): void {
  const start = /^(?:bytes )?(\d{1,16})-\d{1,16}(?:\/.*)?$/.exec(header ?? '')?.[1];
  if (header !== undefined && Number(start) !== upload.size) throw wrongPart(upload.size);
}
