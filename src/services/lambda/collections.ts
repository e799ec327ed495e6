import { collection, type StoreSchema } from '../../kernel/index.ts';
import {
  type AsyncSettings,
  type EgressPolicy,
  eventSourceMappings,
  type FunctionSettings,
  type FunctionState,
  type FunctionUrlCors,
  mappingBooks,
  mappingTopic,
  type Place,
  type PolicyStatement,
} from '../../model/index.ts';

/** A zip that was received: its blob, and what AWS tells of it. */
export interface StoredCode {
  /** SHA-256 in hex: name of the blob and of the unpacked tree. */
  readonly hash: string;
  readonly size: number;
  readonly unpackedBytes: number;
}

/** An image of a function. */
export interface StoredImage {
  /** As it was given. */
  readonly uri: string;
  /** Its digest pinned: `HOST/NAME@sha256:…`. */
  readonly resolvedUri: string;
}

/** A layer version as a function uses it; the function keeps its content alive. */
export interface UsedLayer extends StoredCode {
  readonly arn: string;
}

/** Code and configuration of a function at one moment. Each stored edition holds one reference to its code and to each layer's. */
export interface Edition {
  /** Another one for each change of code or configuration; names the environments that run it. */
  readonly identity: string;
  readonly revision: string;
  /** Epoch ms. */
  readonly modified: number;
  readonly settings: FunctionSettings;
  /** Of an image: its digest, and nothing that is stored here. */
  readonly code: StoredCode;
  readonly image?: StoredImage;
  readonly layers: readonly UsedLayer[];
  /** The variables as JSON, sealed with the function's unqualified ARN as context; absent when there never were any. */
  readonly sealed?: string;
  readonly egress?: EgressPolicy;
  readonly state: FunctionState;
}

export interface StoredFunction extends Place {
  readonly name: string;
  readonly latest: Edition;
  /** What runs while latest is being prepared, or failed to be. */
  readonly live?: Edition;
  /** The highest number that was ever published; 0 for none. */
  readonly counter: number;
  /** Reserved concurrency. */
  readonly reserved?: number;
  /** `account/region`, exactly where reserved is set. */
  readonly reservedIn?: string;
  /** RecursiveLoop is Allow. */
  readonly mayRecur?: boolean;
}

export interface StoredVersion extends Place {
  readonly name: string;
  readonly version: number;
  /** The description of `$LATEST` when it was published. */
  readonly described: string;
  readonly edition: Edition;
}

export interface StoredAlias extends Place {
  readonly name: string;
  readonly alias: string;
  /** `$LATEST` or a number. */
  readonly target: string;
  readonly second?: { readonly version: string; readonly weight: number };
  readonly description: string;
  readonly revision: string;
}

export interface StoredPolicy extends Place {
  readonly name: string;
  /** Empty for the function itself. */
  readonly qualifier: string;
  readonly statements: readonly PolicyStatement[];
}

export interface StoredTags extends Place {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StoredUrl extends Place {
  readonly id: string;
  readonly name: string;
  /** Alias, or empty. */
  readonly qualifier: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly cors?: FunctionUrlCors;
  /** Epoch ms. */
  readonly created: number;
  readonly modified: number;
}

export interface StoredAsyncSettings extends Place, Partial<AsyncSettings> {
  readonly name: string;
  /** `$LATEST`, a number or an alias. */
  readonly qualifier: string;
  /** Epoch ms. */
  readonly modified: number;
}

export interface StoredLayer extends Place {
  readonly layer: string;
  readonly counter: number;
}

export interface StoredLayerVersion extends Place {
  readonly layer: string;
  readonly version: number;
  readonly code: StoredCode;
  readonly description: string;
  /** Epoch ms. */
  readonly created: number;
  readonly runtimes?: readonly string[];
  readonly architectures?: readonly string[];
  readonly license?: string;
}

/** A function whose latest edition must still be prepared; taken up again at start. */
export interface Preparation extends Place {
  readonly name: string;
  readonly identity: string;
}

/** What an account uses in a region, counted with every change. */
export interface StoredUsage extends Place {
  /** Sum over function versions and layer versions. */
  readonly codeBytes: number;
  readonly functions: number;
}

const byName = ['account', 'region', 'name'] as const;

export const functions = collection<StoredFunction>({
  name: 'lambda.functions',
  key: byName,
  indexes: [{ name: 'reserved', fields: ['reservedIn'] }],
});
export const versions = collection<StoredVersion>({
  name: 'lambda.versions',
  key: [...byName, 'version'],
  integers: ['version'],
});
export const aliases = collection<StoredAlias>({ name: 'lambda.aliases', key: [...byName, 'alias'] });
export const policies = collection<StoredPolicy>({ name: 'lambda.policies', key: [...byName, 'qualifier'] });
export const tags = collection<StoredTags>({ name: 'lambda.tags', key: byName });
export const urls = collection<StoredUrl>({
  name: 'lambda.urls',
  key: ['id'],
  indexes: [{ name: 'function', fields: [...byName, 'qualifier'] }],
});
export const asyncSettings = collection<StoredAsyncSettings>({ name: 'lambda.async-settings', key: [...byName, 'qualifier'] });
export const layers = collection<StoredLayer>({ name: 'lambda.layers', key: ['account', 'region', 'layer'] });
export const layerVersions = collection<StoredLayerVersion>({
  name: 'lambda.layer-versions',
  key: ['account', 'region', 'layer', 'version'],
  integers: ['version'],
});
export const preparations = collection<Preparation>({ name: 'lambda.preparations', key: byName });
export const usages = collection<StoredUsage>({ name: 'lambda.usage', key: ['account', 'region'] });

const all = [
  functions,
  versions,
  aliases,
  policies,
  tags,
  urls,
  asyncSettings,
  layers,
  layerVersions,
  preparations,
  usages,
  eventSourceMappings,
  mappingBooks,
];

export const schema: StoreSchema = { collections: all as unknown as StoreSchema['collections'], topics: [mappingTopic] };
