import type { Place } from './functions.ts';
import type { RawResponse } from './ports.ts';

/** What an image's own configuration says of its process (OCI image spec, config). */
export interface ImageConfig {
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

/** An image for this machine's platform, its digest pinned. */
export interface ResolvedImage {
  /** `HOST/NAME@sha256:…`, of the manifest of this platform. */
  readonly uri: string;
  /** 64 hex digits of that manifest. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** Compressed size of all layers, in bytes. */
  readonly bytes: number;
}

/** A resolved image whose layers are unpacked here. */
export interface PreparedImage extends ResolvedImage {
  /** Trees (by hash, see sandbox/trees.ts) of which the root is overlaid, the lowest first. */
  readonly trees: readonly string[];
}

/**
 * Finds what an image reference (`HOST[:PORT]/NAME[:TAG][@sha256:…]`) means now; manifest lists by platform (services/ecr). Rejects with
 * ImageNotFound, ImageAccessDenied, InvalidImage (what is no image for this platform, or lies), ImageUnavailable (no answer in time).
 */
export type ResolveImage = (place: Place, uri: string) => Promise<ResolvedImage>;

/** Fetches the layers of a resolved image that are not here, in parallel, checks and unpacks them, once (services/ecr). Rejects as ResolveImage does. */
export type PrepareImage = (place: Place, resolvedUri: string) => Promise<PreparedImage>;

/** A repository of this platform's own registry (services/ecr). */
export interface OwnRepository extends Place {
  readonly repository: string;
}

/**
 * Puts an image that comes as an OCI archive (a tar) into a repository, which is made if it is not there (services/ecr). Resolves to
 * `sha256:…` of its manifest. Rejects with InvalidImage, LayerTooLarge.
 */
export type KeepImage = (
  to: OwnRepository & { readonly tag?: string },
  archive: AsyncIterable<Uint8Array>,
) => Promise<{ readonly digest: string }>;

/** The same image in another repository, which is made; nothing is copied but names. False: it is not there (any more). */
export type CopyImage = (
  from: OwnRepository & { readonly digest: string },
  to: OwnRepository & { readonly tag?: string },
) => Promise<boolean>;

/**
 * GET and HEAD of `/v2/`, manifests and blobs, of repositories that an account may read, as the distribution API answers them (services/ecr):
 * for what works on behalf of that account.
 */
export type PullImage = (
  asker: string,
  from: Place,
  request: { readonly path: string; readonly method: string; readonly range?: string | undefined },
) => Promise<RawResponse>;

/**
 * Unpacks one stored layer (tar, gzip or zstd by its magic bytes) on top of the trees below it (sandbox): resolves to the trees of the whole
 * chain. A layer that removes nothing below it is a tree of its own, shared by all images; one that does is merged with what is below.
 * Rejects with InvalidArchive (links that escape, devices are left out), ArchiveTooLarge.
 */
export type UnpackLayer = (below: readonly string[], layer: { readonly hash: string }) => Promise<readonly string[]>;
