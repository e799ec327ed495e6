import type { ImageIdentifier, ListImagesRequest, ListImagesResponse } from '@aws-sdk/client-ecr';
import type { Operation } from '../../model/index.ts';
import { images } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { tagsOf } from './images.ts';
import { afterToken, tokenOf } from './page-token.ts';
import { foundRepository, placeOf } from './repositories.ts';

/** ListImages: a line for each tag, one for an image without. A page counts images. */
export function listImages({ store }: EcrDeps): Operation<ListImagesRequest, ListImagesResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    await foundRepository(store.read, at);
    const after = afterToken(input.nextToken);
    const { items, next } = await store.read.range(images, {
      prefix: [at.account, at.region, at.repository],
      ...(after === undefined ? {} : { after: [after] }),
      limit: input.maxResults ?? 100,
    });
    const wanted = input.filter?.tagStatus ?? 'ANY';
    const imageIds: ImageIdentifier[] = [];
    for (const image of items) {
      const tags = await tagsOf(store.read, image);
      if (tags.length === 0 && wanted !== 'TAGGED') imageIds.push({ imageDigest: image.digest });
      if (wanted !== 'UNTAGGED') imageIds.push(...tags.map((imageTag) => ({ imageDigest: image.digest, imageTag })));
    }
    return { imageIds, ...(next ? { nextToken: tokenOf(items.at(-1)!.digest) } : {}) };
  };
}
