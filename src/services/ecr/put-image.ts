import type { PutImageRequest, PutImageResponse } from '@aws-sdk/client-ecr';
import { fail, isFailure } from '../../kernel/index.ts';
import { isImageTag, type Manifest, type Operation, parseManifest } from '../../model/index.ts';
import type { EcrDeps } from './deps.ts';
import { pushImage } from './images.ts';
import { invalid } from './refusals.ts';
import { placeOf } from './repositories.ts';

/** PutImage: a manifest whose contents are there, under a tag or none. */
export function putImage({ store }: EcrDeps): Operation<PutImageRequest, PutImageResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const { imageManifest = '', imageTag, imageDigest, imageManifestMediaType } = input;
    if (imageTag !== undefined && !isImageTag(imageTag)) throw invalid(`Invalid parameter at 'imageTag': ${imageTag}`);
    const manifest = readManifest(imageManifest, imageManifestMediaType);
    const blob = await store.blobs.stage(Buffer.from(imageManifest));
    const digest = `sha256:${blob.hash}`;
    if (imageDigest !== undefined && imageDigest !== digest)
      throw fail(
        'ImageDigestDoesNotMatchException',
        `The specified image digest ${imageDigest} does not match the calculated ${digest}`,
      );
    await store.transact((tx) => pushImage(tx, at, { manifest, blob, tag: imageTag, now: context.now, once: true }));
    const imageId = { imageDigest: digest, ...(imageTag === undefined ? {} : { imageTag }) };
    const image = { registryId: at.account, repositoryName: at.repository, imageId, imageManifest };
    return { image: { ...image, imageManifestMediaType: manifest.mediaType } };
  };
}

function readManifest(text: string, mediaType: string | undefined): Manifest {
  try {
    return parseManifest(text, mediaType);
  } catch (error) {
    if (isFailure(error, 'InvalidImage'))
      throw invalid(`Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${error.message}'`);
    throw error;
  }
}
