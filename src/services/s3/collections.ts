import { type ChecksumName, collection, type StoreSchema } from '../../kernel/index.ts';
import { bucketNotifications, objectTopic, type Tag } from '../../model/index.ts';

/** A bucket; names are unique over all accounts. */
export interface Bucket {
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
  /** Epoch ms. */
  readonly created: number;
  /** What CreateBucket was given, for GetBucketLocation; empty in us-east-1. */
  readonly location: string;
  /** Whether a policy is stored among the settings. */
  readonly policed?: boolean;
}

export const buckets = collection<Bucket>({
  name: 's3.buckets',
  key: ['bucket'],
  indexes: [{ name: 'by-account', fields: ['account'] }],
});

/** One sub-resource of a bucket: `tags`, `cors`, `ownership`, `publicAccessBlock`, `policy`. */
export interface Setting {
  readonly bucket: string;
  readonly kind: string;
  readonly value: unknown;
}

export const settings = collection<Setting>({ name: 's3.settings', key: ['bucket', 'kind'] });

export interface Checksum {
  readonly algorithm: ChecksumName;
  /** Base64; of a COMPOSITE one with `-{parts}`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What a client says about an object and gets back with it. */
export interface Description {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  /** Epoch ms. */
  readonly expires?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A current object. Its content is one blob, or the parts of the upload it was completed from. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** Account of the bucket. */
  readonly owner: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Epoch ms. */
  readonly modified: number;
  /** Blob of the whole content; of a multipart object only once another service asked for it. */
  readonly hash?: string;
  /** Multipart objects: whose parts hold the content, and how many they are. */
  readonly upload?: string;
  readonly parts?: number;
  readonly checksum: Checksum;
  readonly description: Description;
  readonly tags?: readonly Tag[];
}

export const objects = collection<StoredObject>({ name: 's3.objects', key: ['bucket', 'key'] });

/** A multipart upload that was neither completed nor aborted. Ids of one key sort by time. */
export interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly upload: string;
  readonly owner: string;
  /** ARN of who began it. */
  readonly initiator: string;
  readonly initiated: number;
  readonly description: Description;
  readonly tags?: readonly Tag[];
  /** What the client chose; undefined: nothing, then S3 computes CRC64NVME over the whole. */
  readonly algorithm?: ChecksumName;
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
  /** Whether the key had an object when the upload began; decides 404 or 409 of a conditional completion. */
  readonly replaces: boolean;
}

export const uploads = collection<Upload>({ name: 's3.uploads', key: ['bucket', 'key', 'upload'] });

/** A part of an upload or, when it was completed, of the object. */
export interface Part {
  readonly upload: string;
  readonly number: number;
  readonly size: number;
  /** MD5 in hex. */
  readonly etag: string;
  readonly hash: string;
  readonly modified: number;
  /** Always of the part's whole content. */
  readonly checksum: Checksum;
}

export const parts = collection<Part>({ name: 's3.parts', key: ['upload', 'number'], integers: ['number'] });

export const schema: StoreSchema = {
  collections: [buckets, settings, objects, uploads, parts, bucketNotifications] as StoreSchema['collections'],
  topics: [objectTopic],
};
