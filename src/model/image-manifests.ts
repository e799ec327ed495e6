import { fail } from '../kernel/index.ts';
import { isDigest } from './image-references.ts';
import type { ImageConfig } from './images.ts';

/** A content as a manifest names it. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:…`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

export interface Platform {
  readonly os: string;
  /** In Go's words: `amd64`, `arm64`. */
  readonly architecture: string;
}

export type Manifest = ImageManifest | ImageIndex;

/** One image, or an artifact in the form of one. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Several images, of one platform each. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly (Descriptor & { readonly platform?: Platform })[];
}

export const manifestTypes = {
  'application/vnd.oci.image.manifest.v1+json': 'image',
  'application/vnd.docker.distribution.manifest.v2+json': 'image',
  'application/vnd.oci.image.index.v1+json': 'index',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
} as const;

export type ManifestType = keyof typeof manifestTypes;

export function isManifestType(text: string): text is ManifestType {
  return Object.hasOwn(manifestTypes, text);
}

/** Bytes of a manifest, and what it may name. */
export const LARGEST_MANIFEST = 4 * 1024 * 1024;
const MOST_ENTRIES = 1000;
/** Layers of an image that runs: as many as an overlay's options can name. */
const MOST_LAYERS = 127;
/** Bytes of the compressed layers of an image that runs (AWS: 10 GB). */
export const LARGEST_IMAGE = 10 * 1024 ** 3;
/** Bytes of an image's configuration. */
export const LARGEST_CONFIG = 4 * 1024 * 1024;

/**
 * Reads a manifest or index, of Docker or OCI; mediaType: what its sender called it. Throws InvalidImage for what is none, for those of schema
 * 1, and for one that calls itself otherwise.
 */
export function parseManifest(text: string, mediaType?: string): Manifest {
  const json = objectOf(parsed(text, 'the manifest'), 'the manifest');
  const own = json.mediaType;
  if (json.schemaVersion !== 2)
    throw invalid(`manifests of schema version ${JSON.stringify(json.schemaVersion)} are not supported`);
  if (own !== undefined && mediaType !== undefined && own !== mediaType)
    throw invalid(`the manifest calls itself ${JSON.stringify(own)}, but was sent as ${mediaType}`);
  const type =
    mediaType ??
    own ??
    (json.manifests === undefined ? 'application/vnd.oci.image.manifest.v1+json' : 'application/vnd.oci.image.index.v1+json');
  if (typeof type !== 'string' || !isManifestType(type)) throw invalid(`${JSON.stringify(type)} is no known kind of manifest`);
  const artifact = typeof json.artifactType === 'string' ? { artifactType: json.artifactType.slice(0, 255) } : {};
  if (manifestTypes[type] === 'index') {
    const manifests = listOf(json.manifests, 'manifests').map((one) => ({ ...descriptorOf(one), ...platformIn(one) }));
    return { kind: 'index', mediaType: type, ...artifact, manifests };
  }
  const layers = listOf(json.layers, 'layers').map(descriptorOf);
  return { kind: 'image', mediaType: type, ...artifact, config: descriptorOf(json.config), layers };
}

/** The entry of an index for a platform. Throws InvalidImage that names those that there are. */
export function pickPlatform({ manifests }: ImageIndex, { os, architecture }: Platform): Descriptor {
  const found = manifests.find(({ platform }) => platform?.os === os && platform.architecture === architecture);
  if (found) return found;
  const there = manifests.flatMap(({ platform }) => (platform ? [`${platform.os}/${platform.architecture}`] : [])).slice(0, 20);
  throw invalid(`no image for ${os}/${architecture}; there are: ${there.join(', ') || 'none'}`);
}

/** Checks that an image can run here, as far as its manifest tells, and resolves to the bytes of its layers. Throws InvalidImage. */
export function judgeLayers({ layers }: ImageManifest): number {
  if (layers.length === 0) throw invalid('it has no layers');
  if (layers.length > MOST_LAYERS) throw invalid(`${layers.length} layers; at most ${MOST_LAYERS} are supported`);
  for (const { mediaType } of layers) {
    if (!LAYER.test(mediaType)) throw invalid(`layers of type ${JSON.stringify(mediaType.slice(0, 100))} are not supported`);
  }
  const bytes = layers.reduce((sum, { size }) => sum + size, 0);
  if (bytes > LARGEST_IMAGE) throw invalid(`${bytes} bytes of layers; at most ${LARGEST_IMAGE} are supported`);
  return bytes;
}

const LAYER =
  /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar(?:\+(?:gzip|zstd))?|docker\.image\.rootfs\.diff\.tar(?:\.(?:gzip|zstd))?)$/;

const MOST_WORDS = 1000;

/** An image's configuration, checked to be for a platform. Throws InvalidImage. */
export function parseImageConfig(text: string, { os, architecture }: Platform): ImageConfig {
  const json = objectOf(parsed(text, 'the configuration'), 'the configuration');
  if (json.os !== os || json.architecture !== architecture)
    throw invalid(`the image is for ${wordIn(json.os)}/${wordIn(json.architecture)}, not for ${os}/${architecture}`);
  const config = json.config === undefined || json.config === null ? {} : objectOf(json.config, 'config');
  const directory = config.WorkingDir ?? '';
  if (typeof directory !== 'string' || directory.length > 4096 || directory.includes('\0'))
    throw invalid('WorkingDir is no path');
  return {
    entryPoint: wordsOf(config.Entrypoint, 'Entrypoint'),
    command: wordsOf(config.Cmd, 'Cmd'),
    environment: Object.fromEntries(wordsOf(config.Env, 'Env').map(variable)),
    workingDirectory: directory === '' ? '/' : directory,
  };
}

function wordIn(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 40) : 'nothing';
}

function variable(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

function wordsOf(value: unknown, what: string): string[] {
  if (value === undefined || value === null) return [];
  if (
    Array.isArray(value) &&
    value.length <= MOST_WORDS &&
    value.every((word) => typeof word === 'string' && !word.includes('\0'))
  )
    return value;
  throw invalid(`${what} is no list of words`);
}

function descriptorOf(value: unknown): Descriptor {
  const { mediaType, digest, size } = objectOf(value, 'a descriptor');
  if (typeof mediaType !== 'string' || mediaType.length > 255) throw invalid('a descriptor has no media type');
  if (typeof digest !== 'string' || !isDigest(digest))
    throw invalid(`${JSON.stringify(digest)?.slice(0, 100)} is no SHA-256 digest`);
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw invalid(`the size of ${digest} is no number of bytes`);
  return { mediaType, digest, size: size as number };
}

function platformIn(value: unknown): { platform?: Platform } {
  const platform = (value as { platform?: { os?: unknown; architecture?: unknown } }).platform;
  if (typeof platform?.os !== 'string' || typeof platform.architecture !== 'string') return {};
  return { platform: { os: platform.os.slice(0, 40), architecture: platform.architecture.slice(0, 40) } };
}

function listOf(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) throw invalid(`${what} is no list of at most ${MOST_ENTRIES}`);
  return value;
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${what} is no JSON`);
  }
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is no object`);
  return value as Record<string, unknown>;
}

function invalid(text: string) {
  return fail('InvalidImage', text);
}
