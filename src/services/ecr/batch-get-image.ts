import type { BatchGetImageRequest, BatchGetImageResponse } from '@aws-sdk/client-ecr';
import { isFailure } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import type { EcrDeps } from './deps.ts';
import { foundImage, manifestText } from './images.ts';
import { foundRepository, placeOf } from './repositories.ts';

/** BatchGetImage: manifests as they were pushed; none is made into another kind, whatever kinds are accepted. */
export function batchGetImage({ store }: EcrDeps): Operation<BatchGetImageRequest, BatchGetImageResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    await foundRepository(store.read, at);
    const answer = { images: [] as object[], failures: [] as object[] };
    for (const imageId of input.imageIds!) {
      try {
        const image = await foundImage(store.read, at, imageId);
        answer.images.push({
          registryId: at.account,
          repositoryName: at.repository,
          imageId: { ...imageId, imageDigest: image.digest },
          imageManifest: await manifestText(store, image),
          imageManifestMediaType: image.mediaType,
        });
      } catch (error) {
        if (!isFailure(error, 'ImageNotFoundException')) throw error;
        answer.failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
      }
    }
    return answer;
  };
}
