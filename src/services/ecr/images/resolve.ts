import { isFailure } from '../../../kernel/index.ts';
import {
  type ImageManifest,
  type ImageReference,
  judgeLayers,
  type Place,
  type Platform,
  type PreparedImage,
  type PrepareImage,
  parseImageConfig,
  parseImageReference,
  parseManifest,
  pickPlatform,
  placeOfEcrHost,
  type ResolvedImage,
  type ResolveImage,
} from '../../../model/index.ts';
import { ownPlace } from '../access.ts';
import type { EcrDeps } from '../deps.ts';
import { hashOf } from '../layers.ts';
import { invalidImage } from './failures.ts';
import { type Asker, localSource } from './local-source.ts';
import { findLogin } from './logins.ts';
import type { OutgoingDeps } from './outgoing.ts';
import { RegistryClient } from './registry-client.ts';
import { remoteSource } from './remote-source.ts';
import type { ImageSource } from './source.ts';

/** Layers fetched at a time, for all images together. */
const PARALLEL = 4;

/** What runs here. */
export const thisPlatform: Platform = { os: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' };

export interface Images {
  readonly resolveImage: ResolveImage;
  readonly prepareImage: PrepareImage;
}

interface Found extends ResolvedImage {
  readonly manifest: ImageManifest;
  readonly source: ImageSource;
}

/** The ports ResolveImage and PrepareImage (model/images.ts). */
export function createImages(deps: EcrDeps): Images {
  const running = new Map<string, Promise<PreparedImage>>();
  const inTurn = limiter(PARALLEL);
  return {
    async resolveImage(place, uri) {
      const { manifest: _, source: __, ...resolved } = await find(deps, { ...place, deployed: false }, uri);
      return resolved;
    },
    prepareImage(place, uri) {
      const key = `${place.account} ${place.region} ${uri}`;
      const before = running.get(key);
      if (before) return before;
      const started = prepare(deps, inTurn, find(deps, { ...place, deployed: true }, uri)).finally(() => running.delete(key));
      running.set(key, started);
      return started;
    },
  };
}

async function find(deps: EcrDeps, place: Place & Asker, uri: string): Promise<Found> {
  const reference = parseImageReference(uri);
  if (!reference) throw invalidImage(`${JSON.stringify(uri.slice(0, 300))} is no image URI`);
  const source = await sourceOf(deps, place, reference);
  const { manifest, digest } = await manifestOf(source, reference.digest ?? reference.tag!);
  const bytes = judgeLayers(manifest);
  const config = parseImageConfig(await source.text(manifest.config), thisPlatform);
  const host = lastingHost(deps, place, reference);
  return { uri: `${host}/${reference.name}@${digest}`, digest: hashOf(digest), config, bytes, manifest, source };
}

/** This platform may have another address when the function starts: its own repositories are named as ECR does. */
function lastingHost({ settings }: EcrDeps, place: Place, { host, name }: ImageReference): string {
  if (placeOfEcrHost(host) || !settings.isOwnHost(host)) return host;
  const { account, region } = ownPlace(place, name);
  return `${account}.dkr.ecr.${region}.amazonaws.com`;
}

async function sourceOf(deps: EcrDeps, place: Place & Asker, { host, name }: ImageReference): Promise<ImageSource> {
  const there = placeOfEcrHost(host);
  if (there) return localSource(deps, { ...there, repository: name }, place);
  if (deps.settings.isOwnHost(host)) return localSource(deps, ownPlace(place, name), place);
  const login = await findLogin(deps, place.account, host);
  return remoteSource(deps, place.account, new RegistryClient(outgoingOf(deps), { host, name, login }));
}

function outgoingOf({ clock, mayConnect, settings }: EcrDeps): OutgoingDeps {
  const insecure = new Set(settings.insecure.map((host) => host.toLowerCase()));
  return { clock, mayConnect, isInsecure: (host) => insecure.has(host.toLowerCase()) };
}

/** The manifest for this platform. */
async function manifestOf(
  source: ImageSource,
  reference: string,
): Promise<{ readonly manifest: ImageManifest; readonly digest: string }> {
  const first = await source.manifest(reference);
  const top = parseManifest(first.text, first.mediaType);
  if (top.kind === 'image') return { manifest: top, digest: first.digest };
  const { digest, mediaType } = pickPlatform(top, thisPlatform);
  const { text } = await source.manifest(digest);
  const manifest = parseManifest(text, mediaType);
  if (manifest.kind !== 'image') throw invalidImage('an index names an index for this platform');
  return { manifest, digest };
}

type InTurn = <T>(act: () => Promise<T>) => Promise<T>;

/** Fetches all layers side by side, and unpacks one on the other as they come. */
async function prepare({ unpackLayer }: EcrDeps, inTurn: InTurn, finding: Promise<Found>): Promise<PreparedImage> {
  const { manifest, source, ...resolved } = await finding;
  const ending = new AbortController();
  const coming = manifest.layers.map((layer) => {
    const one = inTurn(() => {
      ending.signal.throwIfAborted();
      return source.store(layer, ending.signal);
    });
    one.catch(() => {});
    return one;
  });
  try {
    let trees: readonly string[] = [];
    for (const one of coming) trees = await unpackLayer(trees, await one);
    return { ...resolved, trees };
  } catch (error) {
    ending.abort();
    if (isFailure(error, 'InvalidArchive') || isFailure(error, 'ArchiveTooLarge')) throw invalidImage(error.message);
    throw error;
  }
}

function limiter(most: number): InTurn {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await act();
    } finally {
      const next = waiting.shift(); // it takes this one's place
      if (next) next();
      else running--;
    }
  };
}
