import { collect, type Reader, type StagedBlob, type Store, type Transaction, utf8 } from '../../kernel/index.ts';
import { type ImageManifest, LARGEST_MANIFEST, type Manifest } from '../../model/index.ts';
import { type Image, type ImageTag, type InRepository, images, imageTags } from './collections.ts';
import { countLayer, findLayer, hashOf } from './layers.ts';
import { type ImageId, imageExists, invalid, noImage, noLayers, noReferencedImages, tagExists } from './refusals.ts';
import { foundRepository, isImmutable } from './repositories.ts';

export function findImage(from: Reader, at: InRepository, digest: string): Promise<Image | undefined> {
  return from.get(images, [at.account, at.region, at.repository, digest]);
}

/** The image of a digest or a tag, or of both when they agree. Throws ImageNotFoundException. */
export async function foundImage(from: Reader, at: InRepository, id: ImageId): Promise<Image> {
  const { imageTag, imageDigest } = id;
  const tag = imageTag === undefined ? undefined : await from.get(imageTags, [at.account, at.region, at.repository, imageTag]);
  const digest = imageTag === undefined ? imageDigest : tag?.digest;
  const image = digest === undefined ? undefined : await findImage(from, at, digest);
  if (!image || (imageDigest !== undefined && imageDigest !== image.digest)) throw noImage(at, id);
  return image;
}

/** At most 1,000 are told. */
export async function tagsOf(from: Reader, image: Image): Promise<string[]> {
  const prefix = [image.account, image.region, image.repository, image.digest];
  const { items } = await from.range(imageTags, { index: 'by-digest', prefix, limit: 1000 });
  return items.map(({ tag }: ImageTag) => tag);
}

/** A manifest's text. */
export async function manifestText(store: Store, { digest }: Pick<Image, 'digest'>): Promise<string> {
  return utf8(
    await collect(await store.blobs.read(hashOf(digest)), LARGEST_MANIFEST, () => invalid('the manifest is too large')),
  );
}

export interface Push {
  readonly manifest: Manifest;
  readonly blob: StagedBlob;
  readonly tag?: string | undefined;
  readonly now: number;
  /** Whether the same image under the same tag is refused. */
  readonly once?: boolean;
}

/**
 * Puts a manifest into a repository, all of whose contents are there. Throws RepositoryNotFoundException, LayersNotFoundException,
 * ReferencedImagesNotFoundException, ImageTagAlreadyExistsException, ImageAlreadyExistsException, InvalidParameterException.
 */
export async function pushImage(tx: Transaction, at: InRepository, push: Push): Promise<Image> {
  const repository = await foundRepository(tx, at);
  const digest = `sha256:${push.blob.hash}`;
  const { account, region } = at;
  const { tag } = push;
  const before = await findImage(tx, at, digest);
  const tagged = tag === undefined ? undefined : await tx.get(imageTags, [account, region, at.repository, tag]);
  if (push.once && before && (tag === undefined || tagged?.digest === digest)) throw imageExists(at, digest, tag);
  if (tag !== undefined && tagged && tagged.digest !== digest && isImmutable(repository, tag)) throw tagExists(at, tag);
  const image = before ?? (await addImage(tx, at, push));
  if (tag !== undefined) await tx.put(imageTags, { account, region, repository: at.repository, tag, digest });
  return image;
}

async function addImage(tx: Transaction, at: InRepository, { manifest, blob, now }: Push): Promise<Image> {
  const isIndex = manifest.kind === 'index';
  const named = new Map(
    (isIndex ? manifest.manifests : [manifest.config, ...manifest.layers]).map((one) => [one.digest, one.size]),
  );
  const size = isIndex ? await countImages(tx, at, [...named.keys()]) : await countContents(tx, at, { named, now });
  const { account, region, repository } = at;
  const type = manifest.artifactType ?? (isIndex ? undefined : (manifest as ImageManifest).config.mediaType);
  const image: Image = {
    account,
    region,
    repository,
    digest: `sha256:${blob.hash}`,
    mediaType: manifest.mediaType,
    ...(type === undefined ? {} : { artifactType: type }),
    bytes: blob.size,
    size,
    pushed: now,
    contents: [...named.keys()],
    isIndex,
    lists: 0,
  };
  await tx.addBlob(blob);
  await tx.put(images, image);
  return image;
}

/** Contents that the manifest lies about are as good as missing. */
async function countContents(
  tx: Transaction,
  at: InRepository,
  { named, now }: { readonly named: ReadonlyMap<string, number>; readonly now: number },
): Promise<number> {
  const missing: string[] = [];
  let bytes = 0;
  for (const [digest, size] of named) {
    const layer = await findLayer(tx, at, digest);
    if (!layer) missing.push(digest);
    else if (layer.size !== size) throw invalid(`${digest} has ${layer.size} bytes, not ${size}`);
    else await countLayer(tx, layer, 1, now);
    bytes += size;
  }
  if (missing.length > 0) throw noLayers(at, missing);
  return bytes;
}

async function countImages(tx: Transaction, at: InRepository, digests: readonly string[]): Promise<number> {
  const missing: string[] = [];
  let bytes = 0;
  for (const digest of digests) {
    const image = await findImage(tx, at, digest);
    if (image) await tx.put(images, { ...image, lists: image.lists + 1 });
    else missing.push(digest);
    bytes += image?.size ?? 0;
  }
  if (missing.length > 0) throw noReferencedImages(at, missing);
  return bytes;
}

/** Takes an image with its tags out of its repository; what no other image names goes by itself. */
export async function removeImage(tx: Transaction, image: Image, now: number): Promise<void> {
  const { account, region, repository, digest } = image;
  for (;;) {
    const { items } = await tx.range(imageTags, {
      index: 'by-digest',
      prefix: [account, region, repository, digest],
      limit: 1000,
    });
    for (const { tag } of items) await tx.delete(imageTags, [account, region, repository, tag]);
    if (items.length === 0) break;
  }
  for (const content of image.contents) {
    if (image.isIndex) {
      const child = await findImage(tx, image, content);
      if (child) await tx.put(images, { ...child, lists: child.lists - 1 });
    } else {
      const layer = await findLayer(tx, image, content);
      if (layer) await countLayer(tx, layer, -1, now);
    }
  }
  await tx.delete(images, [account, region, repository, digest]);
  await tx.dropBlob(hashOf(digest));
}
