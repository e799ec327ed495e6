import { type Collection, collection, type StoreSchema } from '../../kernel/index.ts';
import type { Place, Tag } from '../../model/index.ts';

export type Mutability = 'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION';

export interface Repository extends Place {
  readonly name: string;
  /** Epoch ms. */
  readonly created: number;
  readonly mutability: Mutability;
  /** Wildcards of tags that are the other way round. */
  readonly exclusions?: readonly string[];
  readonly tags?: readonly Tag[];
  /** JSON text. */
  readonly policy?: string;
}

/** What belongs to a repository. */
export interface InRepository extends Place {
  readonly repository: string;
}

/** An image, an index of images, or an artifact: a manifest, whose blob is named by its digest. */
export interface Image extends InRepository {
  /** `sha256:…`, of the manifest. */
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType?: string;
  /** Bytes of the manifest; of what it names. */
  readonly bytes: number;
  readonly size: number;
  /** Epoch ms. */
  readonly pushed: number;
  /** Digests of configuration and layers, each once; of an index its images. */
  readonly contents: readonly string[];
  readonly isIndex: boolean;
  /** How many indexes of this repository name it. */
  readonly lists: number;
}

export interface ImageTag extends InRepository {
  readonly tag: string;
  readonly digest: string;
}

/** A layer or configuration; holds one reference to its blob. */
export interface Layer extends InRepository {
  readonly digest: string;
  readonly size: number;
  /** How many images of this repository name it. */
  readonly images: number;
  /** Epoch ms since when none does; absent while one does. */
  readonly unused?: number;
}

/** A layer that is being received. */
export interface Upload extends InRepository {
  readonly id: string;
  /** Bytes so far. */
  readonly size: number;
  /** Epoch ms of the last part. */
  readonly touched: number;
}

/** Holds one reference to its blob. */
export interface UploadPart {
  readonly upload: string;
  /** Where it begins. */
  readonly start: number;
  readonly hash: string;
  readonly size: number;
}

/** A manifest, configuration or layer that an account's functions are made of, of whatever registry, kept for it. Holds one reference to its blob. */
export interface Fetched {
  readonly account: string;
  readonly digest: string;
  readonly size: number;
  /** Epoch ms, by the hour. */
  readonly used: number;
}

/** How to log in at another registry. */
export interface Login {
  readonly account: string;
  /** As in image references; `docker.io`. */
  readonly host: string;
  readonly user: string;
  /** Sealed. */
  readonly password: string;
  readonly created: number;
}

export const repositories: Collection<Repository> = collection<Repository>({
  name: 'ecr.repositories',
  key: ['account', 'region', 'name'],
});
export const images: Collection<Image> = collection<Image>({
  name: 'ecr.images',
  key: ['account', 'region', 'repository', 'digest'],
});
export const imageTags: Collection<ImageTag> = collection<ImageTag>({
  name: 'ecr.image-tags',
  key: ['account', 'region', 'repository', 'tag'],
  indexes: [{ name: 'by-digest', fields: ['account', 'region', 'repository', 'digest'] }],
});
export const layers: Collection<Layer> = collection<Layer>({
  name: 'ecr.layers',
  key: ['account', 'region', 'repository', 'digest'],
  integers: ['unused'],
  indexes: [{ name: 'unused', fields: ['unused'] }],
});
export const uploads: Collection<Upload> = collection<Upload>({
  name: 'ecr.uploads',
  key: ['account', 'region', 'repository', 'id'],
  integers: ['touched'],
  indexes: [{ name: 'touched', fields: ['touched'] }],
});
export const uploadParts: Collection<UploadPart> = collection<UploadPart>({
  name: 'ecr.upload-parts',
  key: ['upload', 'start'],
  integers: ['start'],
});
export const fetched: Collection<Fetched> = collection<Fetched>({
  name: 'ecr.fetched',
  key: ['account', 'digest'],
  integers: ['used'],
  indexes: [{ name: 'used', fields: ['used'] }],
});
export const logins: Collection<Login> = collection<Login>({ name: 'ecr.logins', key: ['account', 'host'] });

/** What images keep. */
export const schema: StoreSchema = {
  collections: [repositories, images, imageTags, layers, uploads, uploadParts, fetched, logins] as never,
  topics: [],
};
