import type {
  CompleteLayerUploadRequest,
  CompleteLayerUploadResponse,
  InitiateLayerUploadRequest,
  InitiateLayerUploadResponse,
  UploadLayerPartRequest,
  UploadLayerPartResponse,
} from '@aws-sdk/client-ecr';
import { fail } from '../../kernel/index.ts';
import { isDigest, type Operation } from '../../model/index.ts';
import type { EcrDeps } from './deps.ts';
import { findLayer } from './layers.ts';
import { invalid, invalidLayer } from './refusals.ts';
import { placeOf } from './repositories.ts';
import { appendPart, beginUpload, completeUpload, foundUpload, wrongPart } from './uploads.ts';

/** What a part should have, in bytes. */
const PART_SIZE = 20_971_520;

/** InitiateLayerUpload */
export function initiateLayerUpload(deps: EcrDeps): Operation<InitiateLayerUploadRequest, InitiateLayerUploadResponse> {
  return async (input, context) => {
    const upload = await beginUpload(deps, placeOf(input, context));
    return { uploadId: upload.id, partSize: PART_SIZE };
  };
}

/** UploadLayerPart: one after the other. */
export function uploadLayerPart(deps: EcrDeps): Operation<UploadLayerPartRequest, UploadLayerPartResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const part = input.layerPartBlob!;
    const upload = await foundUpload(deps.store.read, at, input.uploadId!);
    if (input.partFirstByte !== upload.size) throw wrongPart(upload.size);
    if (input.partLastByte !== upload.size + part.byteLength - 1) throw invalid("Invalid parameter at 'partLastByte'");
    if (upload.size + part.byteLength > deps.settings.layerBytes) throw invalidLayer('The layer is too large');
    const next = await appendPart(deps, upload, part);
    return { registryId: at.account, repositoryName: at.repository, uploadId: upload.id, lastByteReceived: next.size - 1 };
  };
}

/** CompleteLayerUpload */
export function completeLayerUpload(deps: EcrDeps): Operation<CompleteLayerUploadRequest, CompleteLayerUploadResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const upload = await foundUpload(deps.store.read, at, input.uploadId!);
    const [layerDigest = ''] = input.layerDigests!;
    if (!isDigest(layerDigest)) throw invalid(`Invalid parameter at 'layerDigests': ${layerDigest}`);
    if (upload.size === 0) throw fail('EmptyUploadException', 'The specified layer upload does not contain any layer parts');
    if (await findLayer(deps.store.read, at, layerDigest))
      throw fail(
        'LayerAlreadyExistsException',
        `Layer with digest '${layerDigest}' already exists in the repository '${at.repository}'`,
      );
    await completeUpload(deps, upload, layerDigest);
    return { registryId: at.account, repositoryName: at.repository, uploadId: upload.id, layerDigest };
  };
}
