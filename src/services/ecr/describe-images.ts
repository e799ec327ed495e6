import type { DescribeImagesRequest, DescribeImagesResponse, ImageDetail } from '@aws-sdk/client-ecr';
import type { Reader } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type Image, images } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { foundImage, tagsOf } from './images.ts';
import { afterToken, tokenOf } from './page-token.ts';
import { foundRepository, placeOf } from './repositories.ts';

/** DescribeImages: those that are asked for, or all in pages, by digest. */
export function describeImages({ store }: EcrDeps): Operation<DescribeImagesRequest, DescribeImagesResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    await foundRepository(store.read, at);
    if (input.imageIds) {
      const found = await Promise.all(input.imageIds.map((id) => foundImage(store.read, at, id)));
      const once = [...new Map(found.map((image) => [image.digest, image])).values()];
      return { imageDetails: await Promise.all(once.map((image) => detailOf(store.read, image))) };
    }
    const after = afterToken(input.nextToken);
    const { items, next } = await store.read.range(images, {
      prefix: [at.account, at.region, at.repository],
      ...(after === undefined ? {} : { after: [after] }),
      limit: input.maxResults ?? 100,
    });
    const all = await Promise.all(items.map((image) => detailOf(store.read, image)));
    const wanted = input.filter?.tagStatus ?? 'ANY';
    const imageDetails = all.filter(({ imageTags }) => wanted === 'ANY' || (wanted === 'TAGGED') === (imageTags !== undefined));
    return { imageDetails, ...(next ? { nextToken: tokenOf(items.at(-1)!.digest) } : {}) };
  };
}

async function detailOf(from: Reader, image: Image): Promise<ImageDetail> {
  const tags = await tagsOf(from, image);
  return {
    registryId: image.account,
    repositoryName: image.repository,
    imageDigest: image.digest,
    ...(tags.length === 0 ? {} : { imageTags: tags }),
    imageSizeInBytes: image.size,
    imagePushedAt: new Date(image.pushed),
    imageManifestMediaType: image.mediaType,
    ...(image.artifactType === undefined ? {} : { artifactMediaType: image.artifactType }),
  };
}
