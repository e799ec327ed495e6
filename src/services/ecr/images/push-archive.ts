import { z } from 'zod';
import { collect, type StagedBlob, utf8 } from '../../../kernel/index.ts';
import {
  type ControlRoute,
  controlRoute,
  type Descriptor,
  type ImagePushed,
  isImageTag,
  isRepositoryName,
  LARGEST_MANIFEST,
  type Manifest,
  parseManifest,
  pickPlatform,
  type RoutedRequest,
} from '../../../model/index.ts';
import { ownPlace } from '../access.ts';
import { type Image, type InRepository, type Repository, repositories } from '../collections.ts';
import { addRepository } from '../create-repository.ts';
import type { EcrDeps } from '../deps.ts';
import { pushImage } from '../images.ts';
import { addLayer, hashOf } from '../layers.ts';
import { bounded } from '../uploads.ts';
import { invalidImage } from './failures.ts';
import { type ImageArchive, readImageArchive } from './image-archive.ts';
import { thisPlatform } from './resolve.ts';

const DOCKER = 'application/vnd.docker';

/** An image as an archive of `docker save`, skopeo or buildah; its repository is made if it is not there. */
export function pushArchiveRoute(deps: EcrDeps): ControlRoute {
  return controlRoute({
    method: 'PUT',
    path: '/images/:name',
    summary: 'pushes an image out of an archive (docker-archive or OCI), ?tag=',
    query: tagQuery,
    streamed: true,
    contents: ['application/x-tar'],
    answer: imagePushed,
    handle: (request) => pushArchive(deps, request),
  });
}

const tagQuery = z.strictObject({ tag: z.string().default('latest') });

/** ImagePushed. */
const imagePushed = z.strictObject({
  uri: z.string().describe('HOST:PORT/NAME:TAG, as the client reached us'),
  digest: z.string(),
  bytes: z.int().describe('of its configuration and layers'),
});

type Pushed = RoutedRequest<{ readonly name: string }, z.output<typeof tagQuery>>;

async function pushArchive(deps: EcrDeps, { params, query, place, stream, headers }: Pushed): Promise<ImagePushed> {
  const { name } = params;
  const { tag } = query;
  if (!isRepositoryName(name)) throw invalidImage(`${JSON.stringify(name.slice(0, 300))} is no name of a repository`);
  if (!isImageTag(tag)) throw invalidImage(`${JSON.stringify(tag.slice(0, 200))} is no tag`);
  const image = await keepArchive(deps, ownPlace(place, name), stream!(), tag);
  const { isOwnHost, address } = deps.settings;
  const host = isOwnHost(headers.host ?? '') ? headers.host : address(); // over the local socket it names no port
  return { uri: `${host}/${name}:${tag}`, digest: image.digest, bytes: image.size };
}

/** Puts the image of an archive into a repository, which is made if it is not there. Rejects as readImageArchive does. */
export async function keepArchive(
  deps: EcrDeps,
  at: InRepository,
  content: AsyncIterable<Uint8Array>,
  tag: string | undefined,
): Promise<Image> {
  await ensureRepository(deps, at);
  const archive = await readImageArchive(content, (file) => keepLayer(deps, at, file));
  const index = archive.texts.get('index.json');
  const top = index === undefined ? await fromDocker(deps, archive) : await fromLayout(deps, at, { archive, index });
  const now = deps.clock.now();
  return deps.store.transact((tx) => pushImage(tx, at, { ...top, tag, now }));
}

export async function ensureRepository(
  { store, clock }: EcrDeps,
  { account, region, repository: name }: InRepository,
): Promise<void> {
  const made: Repository = { account, region, name, created: clock.now(), mutability: 'MUTABLE' };
  await store.transact(async (tx) => {
    if (await tx.get(repositories, [account, region, name])) return;
    await addRepository(tx, made);
  });
}

/** What no image comes to name goes after a day. */
async function keepLayer(
  { store, clock, settings }: EcrDeps,
  at: InRepository,
  file: AsyncIterable<Uint8Array>,
): Promise<StagedBlob> {
  const blob = await store.blobs.stage(bounded(file, settings.layerBytes));
  const now = clock.now();
  await store.transact((tx) => addLayer(tx, at, blob, now));
  return { hash: blob.hash, size: blob.size };
}

interface Top {
  readonly manifest: Manifest;
  readonly blob: StagedBlob;
}

/** An OCI image layout: one image, or one index with its images. */
async function fromLayout(
  deps: EcrDeps,
  at: InRepository,
  { archive, index }: { readonly archive: ImageArchive; readonly index: string },
): Promise<Top> {
  const top = parseManifest(index, 'application/vnd.oci.image.index.v1+json');
  const digests = new Set(top.kind === 'index' ? top.manifests.map(({ digest }) => digest) : []); // one entry for each tag
  if (top.kind !== 'index' || digests.size !== 1) throw invalidImage('the archive must hold one image');
  return layoutManifest(deps, at, { archive, descriptor: top.manifests[0]!, depth: 0 });
}

function contentOf(archive: ImageArchive, { digest }: Descriptor): StagedBlob | undefined {
  const file = archive.find(`blobs/sha256/${hashOf(digest)}`);
  return file?.hash === hashOf(digest) ? file : undefined;
}

/** Of an index of which the archive has only some images (`docker save` of one that was pulled) that of this platform is taken alone. */
async function layoutManifest(
  deps: EcrDeps,
  at: InRepository,
  { archive, descriptor, depth }: { readonly archive: ImageArchive; readonly descriptor: Descriptor; readonly depth: number },
): Promise<Top> {
  const { digest, mediaType } = descriptor;
  const file = contentOf(archive, descriptor);
  if (!file) throw invalidImage(`the archive lacks ${digest}`);
  if (depth > 1) throw invalidImage('the archive has indexes of indexes');
  const text = utf8(
    await collect(await deps.store.blobs.read(file.hash), LARGEST_MANIFEST, () => invalidImage(`${digest} is too large`)),
  );
  const manifest = parseManifest(text, mediaType);
  const blob = await deps.store.blobs.stage(Buffer.from(text));
  if (blob.hash !== file.hash) throw invalidImage(`${digest} is no UTF-8`);
  if (manifest.kind === 'index') {
    const here = manifest.manifests.filter((child) => contentOf(archive, child));
    if (here.length > 0 && here.length < manifest.manifests.length) {
      const only = pickPlatform({ ...manifest, manifests: here }, thisPlatform);
      return layoutManifest(deps, at, { archive, descriptor: only, depth: depth + 1 });
    }
    const now = deps.clock.now();
    for (const child of manifest.manifests) {
      const one = await layoutManifest(deps, at, { archive, descriptor: child, depth: depth + 1 });
      await deps.store.transact((tx) => pushImage(tx, at, { ...one, now }));
    }
  }
  return { manifest, blob };
}

/** What `docker save` writes: a manifest is made for it. */
async function fromDocker(deps: EcrDeps, archive: ImageArchive): Promise<Top> {
  const { Config, Layers } = readDocker(archive.texts.get('manifest.json'));
  const found = (name: string): StagedBlob => {
    const file = archive.find(name);
    if (!file) throw invalidImage(`the archive lacks ${JSON.stringify(name.slice(0, 200))}`);
    return file;
  };
  const descriptor = (mediaType: string, { hash, size }: StagedBlob): Descriptor => ({
    mediaType,
    digest: `sha256:${hash}`,
    size,
  });
  const layers: Descriptor[] = [];
  for (const name of Layers) layers.push(descriptor(await layerType(deps, found(name)), found(name)));
  const mediaType = `${DOCKER}.distribution.manifest.v2+json`;
  const config = descriptor(`${DOCKER}.container.image.v1+json`, found(Config));
  const text = JSON.stringify({ schemaVersion: 2, mediaType, config, layers });
  return { manifest: parseManifest(text, mediaType), blob: await deps.store.blobs.stage(Buffer.from(text)) };
}

async function layerType({ store }: EcrDeps, { hash, size }: StagedBlob): Promise<string> {
  const head = await collect(await store.blobs.read(hash, { start: 0, end: Math.min(size, 2) }), 2, () =>
    invalidImage('a layer'),
  );
  return `${DOCKER}.image.rootfs.diff.tar${head[0] === 0x1f && head[1] === 0x8b ? '.gzip' : ''}`;
}

function readDocker(text: string | undefined): { readonly Config: string; readonly Layers: readonly string[] } {
  if (text === undefined) throw invalidImage('this is neither a docker-archive (manifest.json) nor an OCI archive (index.json)');
  let images: unknown;
  try {
    images = JSON.parse(text);
  } catch {
    throw invalidImage('manifest.json is no JSON');
  }
  const [one, ...more] = Array.isArray(images) ? images : [];
  if (!one || more.length > 0) throw invalidImage('the archive must hold one image');
  const { Config, Layers } = one as { Config?: unknown; Layers?: unknown };
  if (
    typeof Config !== 'string' ||
    !Array.isArray(Layers) ||
    Layers.length > 1000 ||
    !Layers.every((name) => typeof name === 'string')
  )
    throw invalidImage('manifest.json names no Config and Layers');
  return { Config, Layers };
}
