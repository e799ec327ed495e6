import { type ChecksumName, collection, type StoreSchema } from '../../kernel/index.ts';
import { bucketNotifications, type GivenLifecycleRule, objectTopic, type Tag } from '../../model/index.ts';

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
  /** Absent: never set; there is no way back to that. */
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Whether there is a lifecycle. */
  readonly expires?: boolean;
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

/** A bucket's lifecycle, as it was given. */
export interface Lifecycle {
  readonly bucket: string;
  readonly region: string;
  readonly rules: readonly GivenLifecycleRule[];
  readonly minimum: 'all_storage_classes_128K' | 'varies_by_storage_class';
  /** Tells configurations apart. */
  readonly changed: string;
  /** Epoch ms of the midnight (UTC) after which all of the bucket was looked over; 0: not with these rules. */
  readonly swept: number;
}

export const lifecycles = collection<Lifecycle>({
  name: 's3.lifecycles',
  key: ['bucket'],
  integers: ['swept'],
  indexes: [{ name: 'by-swept', fields: ['swept'] }],
});

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

/** An object; those in `s3.objects` are the latest version of their key. Its content is one blob, or the parts of the upload it was completed from. */
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
  /** An id, or `null` when versioning was suspended. Absent: put before versioning was set, which is version `null` as well. */
  readonly version?: string;
  /** Falls with time from version to version of a key; there when version is. Made of the topic's position, not of a clock. */
  readonly order?: string;
}

export const objects = collection<StoredObject>({ name: 's3.objects', key: ['bucket', 'key'] });

/** A version that is not the latest one, or a delete marker. A key is in `s3.objects` exactly when its latest version is no marker. */
export interface StoredVersion {
  readonly bucket: string;
  readonly key: string;
  /** That of the object, or OLDEST. */
  readonly order: string;
  /** An id or `null`; one of a key is `null` at most. */
  readonly version: string;
  readonly owner: string;
  /** Epoch ms. */
  readonly modified: number;
  /** Epoch ms when a newer version took the place of this object. */
  readonly retired?: number;
  /** Absent: a delete marker. */
  readonly object?: StoredObject;
}

/** The order of what was there before versioning: after all others. */
export const OLDEST = '~';

export const versions = collection<StoredVersion>({
  name: 's3.versions',
  key: ['bucket', 'key', 'order'],
  indexes: [{ name: 'by-version', fields: ['bucket', 'key', 'version'] }],
});

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
  collections: [
    buckets,
    settings,
    lifecycles,
    objects,
    versions,
    uploads,
    parts,
    bucketNotifications,
  ] as StoreSchema['collections'],
  topics: [objectTopic],
};
