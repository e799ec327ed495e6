/** The function types through which applications meet the other rooms; compose fills them in. */
import type { StagedBlob, Transaction } from '../kernel/index.ts';
import type { Built, EventSource } from './applications.ts';
import type { Place } from './functions.ts';
import type { ShardMark } from './mapping-shards.ts';

/** Runs an operation of a service as the owner of an account; rejects as it does, and with NotImplemented when there is none. */
export type Operate = <Output = Record<string, unknown>>(service: string, name: string, input: object) => Promise<Output>;
/**
 * A member of a function's Code that names a zip in the store already, of any size that can be unpacked: a StoredZip. No client can send
 * it, for what comes over the wire has no symbols.
 */
export const STORED_ZIP: unique symbol = Symbol('stored zip');

export interface StoredZip {
  readonly hash: string;
  readonly bytes: number;
  /** Where nothing refers to it yet. */
  readonly staged?: StagedBlob;
}
export type OperateAt = (place: Place) => Operate;

/** Moves an alias of several functions, in the caller's transaction; makes it where it is not there (services/lambda). Rejects with ResourceNotFoundException. */
export type PointAliases = (
  tx: Transaction,
  place: Place,
  moves: readonly {
    readonly function: string;
    readonly alias: string;
    readonly version: string;
    /** A canary: another version and its share of calls, 0 to 1. */
    readonly also?: { readonly version: string; readonly weight: number };
  }[],
) => Promise<void>;

/** An event source as it was put in place. */
export interface PlacedSource extends EventSource {
  /** ARN of the function with its alias. */
  readonly function: string;
  /** What was made of it, for people. */
  readonly made: string;
  /** Where an HTTP route answers. */
  readonly url?: string;
}

/** Puts an event source in place, or makes it be as asked (the same source and function is the same link); rejects as the operations do. */
export type PlaceSource = (place: Place, functionArn: string, source: EventSource) => Promise<PlacedSource>;
/** Takes it away again; what is gone already is fine. */
export type RemoveSource = (place: Place, functionArn: string, source: EventSource) => Promise<void>;

/** Has a mapping of a stream go back to where it was, in the caller's transaction; one that is gone is fine (services/lambda). */
export type RewindMapping = (
  tx: Transaction,
  mapping: Place & { readonly uuid: string },
  marks: readonly ShardMark[],
) => Promise<void>;

/** Builds one commit (paas/build). Lines of output as they come; rejects with BuildFailed, whose message is for people. */
export type BuildSource = (request: {
  readonly app: string;
  /** Environment whose builder settings hold. */
  readonly account: string;
  readonly commit?: string;
  /** A tar of the source tree, without `.git`. */
  readonly source: AsyncIterable<Uint8Array>;
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
}) => Promise<Built>;

/**
 * Brings a commit of an application's own repository to life in one environment (paas/releases): build, release, switch. Serialised for each
 * stage. Resolves to what people want to read last; rejects with BuildFailed, ReleaseFailed: then the old release runs on.
 */
export type Deploy = (request: {
  readonly app: string;
  readonly account: string;
  readonly commit: string;
  readonly source: AsyncIterable<Uint8Array>;
  readonly author: string;
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
}) => Promise<{ readonly release: number; readonly urls: readonly string[] }>;

/** A person or machine that acts, as the audit trail names it. */
export interface Actor {
  /** User name; `local` for loopback without a token in mode local; `account:…` for an access key. */
  readonly name: string;
  readonly kind: 'user' | 'local' | 'key' | 'webhook';
  /** The most that the credential may do, whatever its user may. */
  readonly scope?: Grant;
  /** By what it was known: `token ID`, `ssh SHA256:…`; never a secret. */
  readonly credential?: string;
}

/** A role on one application or all (`*`), in one environment or all (`*`); on the environment itself when it is for all applications. */
export interface Grant {
  readonly role: AppRole;
  readonly app: string;
  /** 12 digits, or `*`. */
  readonly account: string;
}

export type AppRole = 'reader' | 'deployer' | 'owner';

/** Rejects with AccessDenied 403 unless the actor may act in that role on the app (undefined: on the platform) in that environment (paas/people). */
export type RequireRole = (
  actor: Actor,
  role: AppRole,
  on: { readonly app?: string; readonly account?: string },
) => Promise<void>;

/**
 * Whether an actor may call a route of the control API in a place (model/control-access.ts); rejects with AccessDenied 403. What must be in the
 * audit trail before it happens is, then. Resolves to the only account that the answer may tell of; undefined: any (paas/people).
 */
export type MayCall = (call: {
  readonly actor: Actor;
  readonly route: { readonly method: string; readonly path: string };
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly place: Place;
}) => Promise<string | undefined>;

/** Writes one line of the audit trail, in the transaction of what was done (paas/people). */
export type Audit = (
  tx: Transaction,
  entry: {
    readonly actor: Actor;
    /** `release`, `config:set`, `keys:add`, … */
    readonly action: string;
    readonly app?: string;
    readonly account?: string;
    /** Never a secret. */
    readonly detail: string;
    /** Epoch ms. */
    readonly at: number;
  },
) => Promise<void>;

/** Who a token or an SSH public key belongs to; undefined: unknown, revoked or expired (paas/people). */
export type FindActor = (credential: { readonly token: string } | { readonly sshKey: Uint8Array }) => Promise<Actor | undefined>;

/** An environment by its name or its 12 digits (paas/environments); undefined: there is none. */
export type FindEnvironment = (nameOrAccount: string) => Promise<Environment | undefined>;

export interface Environment {
  /** `[a-z][a-z0-9-]{0,30}`; an account without a name is called by its 12 digits. */
  readonly name: string;
  readonly account: string;
  readonly kind: 'named' | 'review';
  /** Epoch ms. */
  readonly createdAt: number;
  /** Review environments: when they go by themselves, and what for. Epoch ms. */
  readonly review?: { readonly app: string; readonly branch: string; readonly expiresAt: number };
}
