/** The function types through which upper rooms meet; compose fills them in. */
import type { Transaction } from '../kernel/index.ts';
import type { AccessRequest, Decision } from './access.ts';
import type { Actor } from './application-ports.ts';
import type { AsyncSettings } from './async-retry.ts';
import type { RouteDescription } from './control-route.ts';
import type { CorsRule } from './cors.ts';
import type { Credentials, FunctionSpec, Place, Principal } from './functions.ts';
import type { HttpApi } from './http-apis.ts';
import type { Call, LogLine, LogStream, MeterRecord, Outcome } from './invocation.ts';
import type { LogWalk, LogWalked } from './logs.ts';
import type { Policy } from './policy-document.ts';
import type { RecordedMetric } from './recorded-metrics.ts';
import type { Target } from './targets.ts';

/** Runs one call in an environment (invoke). Rejects with TooManyRequestsException 429, SandboxUnavailable 503. */
export type Invoke = (call: Call) => Promise<Outcome>;

/** Invoke under the concurrency limits, and metered (dispatch). What services and the gateway call. */
export type Run = (call: Call, kind: MeterRecord['kind']) => Promise<Outcome>;

/** A function by name, partial ARN or ARN and qualifier, as it should run now: aliases resolved, weights drawn (services/lambda). */
export type ResolveFunction = (place: Place, nameOrArn: string, qualifier?: string) => Promise<FunctionSpec>;

/** May this service principal invoke this function, by the function's resource policy (services/lambda)? */
export type MayInvoke = (
  functionArn: string,
  caller: { service: string; sourceArn: string; sourceAccount: string },
) => Promise<boolean>;

/** The asynchronous settings of a qualified function ARN; defaults when none are configured (services/lambda). */
export type FindAsyncSettings = (functionArn: string) => Promise<AsyncSettings>;

/** Σ of reserved concurrency in an account and region; answers from memory, for it stands in the hot path (services/lambda). */
export type ReservedTotal = (place: Place) => number;

/** Appends an asynchronous invocation in the caller's transaction; resolves when it is part of it (dispatch). */
export type Enqueue = (tx: Transaction, event: AsyncInvocation) => Promise<void>;

export interface AsyncInvocation extends Place {
  readonly requestId: string;
  /** Qualified ARN as invoked. */
  readonly functionArn: string;
  /** UTF-8 JSON text. */
  readonly payload: string;
  /** Epoch ms of acceptance. */
  readonly time: number;
  readonly traceId?: string;
  /** Id of the invocation that asked for it, if one did. */
  readonly cause?: string;
}

/** Decides one request (services/iam): explicit deny, allow, or implicit deny, with the text AWS gives. */
export type Authorize = (principal: Principal, request: AccessRequest) => Promise<Decision>;

/** Temporary credentials of a function's role, for one environment (services/sts). Rejects when the role is not there or not assumable. */
export type IssueCredentials = (spec: FunctionSpec, environment: string) => Promise<Credentials>;

/**
 * An object's content for another service of the same account (services/s3): its blob is stored, so that linkBlob(hash) works.
 * Rejects with NoSuchBucket, NoSuchKey, NoSuchVersion, AccessDenied, EntityTooLarge (multipart objects above 512 MiB).
 */
export type ReadObject = (
  place: Place,
  bucket: string,
  key: string,
  versionId?: string,
) => Promise<{ readonly hash: string; readonly size: number }>;

/** Stores an object on behalf of a function's failure destination (services/s3). Rejects as PutObject does. */
export type StoreObject = (object: {
  readonly bucket: string;
  readonly key: string;
  /** UTF-8 text. */
  readonly body: string;
  readonly contentType: string;
  /** The account whose bucket it must be. */
  readonly owner: string;
  readonly region: string;
  /** The invocation that caused it. */
  readonly cause: string;
}) => Promise<void>;

/** Whether a target is there, and a bucket the asker's account's own (services). */
export type FindTarget = (target: Target, asker: string) => Promise<boolean>;

/**
 * Whether a role may do this to that ARN (services/iam): its own policies must allow it, and where the ARN is of another account that
 * resource's policy too. False when there is no such role. context: condition keys as in AccessRequest.
 */
export type MayAct = (roleArn: string, action: string, resource: string, context?: AccessRequest['context']) => Promise<boolean>;

/** The resource policy of a queue, topic, stream, bus or function by its ARN, as parsed JSON (services); undefined: there is none. */
export type FindResourcePolicy = (arn: string) => Promise<unknown>;

/** A bucket's CORS rules for the gateway (services/s3); undefined: no such bucket, no rules: CORS is not enabled. Judge them with cors.ts. */
export type FindBucketCors = (bucket: string) => Promise<readonly CorsRule[] | undefined>;

/** The secret that signed a request, and who that is; undefined when the key (or token) is not known (services/iam). */
export type FindKey = (accessKeyId: string, sessionToken: string | undefined) => Promise<KnownKey | undefined>;

/** The same of long-lived keys only (services/iam). */
export type FindStoredKey = (accessKeyId: string) => Promise<KnownKey | undefined>;

/** A role with its trust policy; undefined: there is none (services/iam). Answers from memory where it can. */
export type FindRole = (account: string, name: string) => Promise<KnownRole | undefined>;

export interface KnownRole {
  readonly account: string;
  readonly name: string;
  /** `AROA…`; a role that was made again has another. */
  readonly id: string;
  readonly arn: string;
  readonly maxSessionSeconds: number;
  readonly trust: Policy;
}

export interface KnownKey {
  readonly secret: string;
  readonly principal: Principal;
  /** Epoch ms; undefined: does not expire. */
  readonly expiration?: number;
}

/** Takes lines for a log stream; never blocks, keeps their order, bounded (observe). */
export type WriteLog = (stream: LogStream, lines: readonly LogLine[]) => void;

/** Reads events of a log group by its row's ids, in bounded pages (services/logs). */
export type ReadLog = (walk: LogWalk) => Promise<LogWalked>;

/** Takes the meter of one invocation, behind the answer (observe). */
export type Meter = (record: MeterRecord) => void;

/** The same inside the transaction of an asynchronous outcome (observe). */
export type MeterIn = (tx: Transaction, record: MeterRecord) => Promise<void>;

/** Adds values to metrics in the caller's transaction (services/monitoring). now: epoch ms. */
export type RecordMetrics = (tx: Transaction, values: readonly RecordedMetric[], now: number) => Promise<void>;

/** Unpacks a stored zip into a read-only tree named by its hash, unless it is there (sandbox). Rejects with InvalidArchive, ArchiveTooLarge. */
export type PrepareTree = (hash: string) => Promise<{ readonly unpackedBytes: number }>;

/** Tells invoke that environments of these identities should drain (after a deploy or a delete); of one version only, when it is given. */
export type Retire = (functionArn: string, keepIdentity?: string, version?: string) => void;

/**
 * Starts environments of a version that is about to take over from others, as many as are in use and at least so many, as far as memory is free
 * (invoke). Resolves when they can be used, to what the function's initialisation failed with, for people; never rejects for what the function does.
 */
export type Warm = (spec: FunctionSpec, least: number) => Promise<string | undefined>;

/** Asks that sandboxes for functions of this runtime and memory size are booted before they are called (invoke). Unknown runtimes are ignored. */
export type Expect = (runtime: string, memoryMiB: number) => void;

/** Whether a role is there and its trust policy lets a service (`lambda.amazonaws.com`) assume it (services/iam). */
export type CheckRole = (roleArn: string, service: string) => Promise<'ok' | 'missing' | 'not-assumable'>;

/** Connections from inside a sandbox to its AWS endpoint (gateway). */
export type ServeSandbox = (socket: import('node:stream').Duplex, caller: SandboxCaller) => void;

export interface SandboxCaller {
  readonly environment: string;
  readonly place: Place;
  /** ARN of the only role whose credentials are accepted here. */
  readonly role: string;
  readonly functionArn: string;
  /** The invocation that runs at this moment, if one does. */
  readonly invocation: () => string | undefined;
}

/** One route of the control API under `/_dalamb/api`; controlRoute() makes them. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/functions/:name`; a colon begins a parameter of one segment. */
  readonly path: string;
  readonly summary: string;
  readonly described: RouteDescription;
  /** Bodies of other content types than JSON come as bytes. */
  readonly anyBody?: boolean;
  /** The body is read by the handler, as it comes and however large it is. */
  readonly streamed?: boolean;
  /** It is asked for with `Upgrade: tcp`; handle resolves to a connection (Duplex), which is joined to that of the client behind the answer 101. */
  readonly upgrades?: boolean;
  readonly handle: (request: ControlRequest) => Promise<unknown>;
}

/** As it came: description's schemas are yet to read it. */
export interface ControlRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON, or undefined. At most 6 MB. */
  readonly body: unknown;
  /** Of streamed routes: the body instead of `body`. Destroyed early, the answer still reaches the client. */
  readonly stream?: () => import('node:stream').Readable;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly place: Place;
  /** Who asks; may call this route there (model/control-access.ts). */
  readonly actor: Actor;
  /** The only account that the answer may tell of; absent: all (docs/security.md). */
  readonly own?: string;
  readonly signal: AbortSignal;
}

/** A function URL by its id, over all accounts and regions; undefined when there is none (services/lambda). */
export type FindFunctionUrl = (urlId: string) => Promise<FunctionUrl | undefined>;

export interface FunctionUrl extends Place {
  /** Lower case, as in the host name. */
  readonly id: string;
  /** ARN as invoked: qualified when the URL belongs to an alias. */
  readonly functionArn: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  readonly cors?: FunctionUrlCors;
  /** Resource policy of that function or alias, as parsed JSON. */
  readonly policy?: unknown;
}

/** An HTTP API by its id, over all accounts and regions; undefined when there is none (services/apigatewayv2). One small read when it is known. */
export type FindHttpApi = (apiId: string) => Promise<HttpApi | undefined>;

/** Whether the platform itself may connect to an address on somebody's behalf; name: the host that was looked up. */
export type MayConnect = (address: string, port: number, name: string) => boolean;

/** As configured (spec/lambda-api.md §10); maxAge in seconds. */
export interface FunctionUrlCors {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAge?: number;
}

/** A path under `/_dalamb/`, or of another protocol that owns it, that answers other than JSON; it does its own authorization. */
export interface RawRoute {
  /** `/_dalamb/metrics`; ends with `/` when it covers everything below. */
  readonly prefix: string;
  /** Which paths below the prefix it covers, when others share it. Default: all. */
  readonly covers?: (path: string) => boolean;
  readonly methods: readonly string[];
  readonly handle: (request: RawRequest) => Promise<RawResponse>;
}

export interface RawRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The whole body, once; rejects with InvalidRequest 413 above so many bytes. */
  readonly body: (most: number) => Promise<Uint8Array>;
  /** The body as it comes, instead of body(): at the reader's pace, unbounded. Destroyed early, the answer still reaches the client. */
  readonly stream: () => import('node:stream').Readable;
  readonly sourceIp: string;
  /** No token is asked for here: the local socket, or loopback in mode `local`. A token that is sent all the same must hold. */
  readonly trusted: boolean;
  readonly signal: AbortSignal;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}
