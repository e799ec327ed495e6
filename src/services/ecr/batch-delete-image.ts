import type { BatchDeleteImageRequest, BatchDeleteImageResponse, ImageIdentifier } from '@aws-sdk/client-ecr';
import { isFailure, type Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type InRepository, imageTags } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { foundImage, removeImage, tagsOf } from './images.ts';
import { foundRepository, placeOf } from './repositories.ts';

/** BatchDeleteImage: by digest with all its tags; by tag that tag, and the image with its last one. What an index names stays. */
export function batchDeleteImage({ store }: EcrDeps): Operation<BatchDeleteImageRequest, BatchDeleteImageResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    return store.transact(async (tx) => {
      await foundRepository(tx, at);
      const imageIds: ImageIdentifier[] = [];
      const failures: object[] = [];
      for (const imageId of input.imageIds!) {
        const outcome = await deleteOne(tx, at, { imageId, now: context.now });
        if (outcome.failure) failures.push({ imageId, ...outcome.failure });
        imageIds.push(...outcome.gone);
      }
      return { imageIds, failures: failures as NonNullable<BatchDeleteImageResponse['failures']> };
    });
  };
}

interface Outcome {
  readonly gone: readonly ImageIdentifier[];
  readonly failure?: { readonly failureCode: string; readonly failureReason: string };
}

/** Takes away one image, or one tag of it. Only what an index names, and what is not there, stays. */
export async function deleteOne(
  tx: Transaction,
  at: InRepository,
  { imageId, now, tagOnly = false }: { readonly imageId: ImageIdentifier; readonly now: number; readonly tagOnly?: boolean },
): Promise<Outcome> {
  const image = await foundImage(tx, at, imageId).catch((error) => {
    if (!isFailure(error, 'ImageNotFoundException')) throw error;
    return undefined;
  });
  if (!image) return { gone: [], failure: { failureCode: 'ImageNotFound', failureReason: 'Requested image not found' } };
  const tags = await tagsOf(tx, image);
  const { imageTag } = imageId;
  const one = imageTag === undefined ? undefined : { imageDigest: image.digest, imageTag };
  if (one && (tags.length > 1 || tagOnly || image.lists > 0)) {
    await tx.delete(imageTags, [at.account, at.region, at.repository, imageTag!]);
    return { gone: [one] };
  }
  if (image.lists > 0) {
    const failureReason = `Requested image referenced by manifest list: ${image.digest}`;
    return { gone: [], failure: { failureCode: 'ImageReferencedByManifestList', failureReason } };
  }
  await removeImage(tx, image, now);
  if (one) return { gone: [one] };
  return {
    gone: tags.length === 0 ? [{ imageDigest: image.digest }] : tags.map((tag) => ({ imageDigest: image.digest, imageTag: tag })),
  };
}
