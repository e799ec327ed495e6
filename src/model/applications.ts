/** An application: one repository, any number of environments. Its name is unique on the platform. */
export interface Application {
  /** `[a-z][a-z0-9-]{0,39}`. */
  readonly name: string;
  /** The environment in which it was created; pushes to its branch go there. */
  readonly home: string;
  readonly region: string;
  /** Pushes to this branch release at home; other branches only where a webhook or a review says so. */
  readonly branch: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly createdBy: string;
}

/** An application in one environment. */
export interface ApplicationStage {
  readonly app: string;
  /** 12 digits: the environment. */
  readonly account: string;
  readonly region: string;
  /** ARN of the execution role of its functions. */
  readonly role: string;
  /** The release that runs; absent before the first. */
  readonly current?: number;
  /** The release whose event sources and $LATEST are all in place. */
  readonly settled?: number;
  /** The number of the next release. */
  readonly next: number;
}

export type ReleaseReason = 'deploy' | 'config' | 'resource' | 'event-source' | 'rollback' | 'promotion';

/**
 * preparing → current | failed; current → superseded. Nothing leaves failed or superseded: running an old release again is a new one
 * (docs/decisions/0012).
 */
export type ReleaseState = 'preparing' | 'current' | 'superseded' | 'failed';

/** One immutable release of a stage; only state, failure and versions are filled in while it is prepared. */
export interface Release {
  readonly app: string;
  readonly account: string;
  readonly number: number;
  readonly reason: ReleaseReason;
  /** For people: `Deploy 1a2b3c4`, `Set GREETING`. */
  readonly description: string;
  readonly author: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly state: ReleaseState;
  /** Why it failed. */
  readonly failure?: string;
  readonly commit?: string;
  readonly config: SealedConfig;
  readonly contents: ReleaseContents;
  /** Published versions by process, as far as they are. */
  readonly versions: Readonly<Record<string, string>>;
  /** A rollback of streams as well: they go back to where they were when the release of this number took over. */
  readonly streams?: number;
}

/** A configuration bag: the values are sealed together, their names and digests are not, so that listings and diffs open nothing. */
export interface SealedConfig {
  /** SecretBox envelope of the JSON `{NAME: value}`, purpose `paas.config`. */
  readonly sealed: string;
  /** Name → 16 hex digits of a keyed digest of its value. */
  readonly digests: Readonly<Record<string, string>>;
}

/** What a release runs. Plain JSON: two releases are compared by it. */
export interface ReleaseContents {
  readonly processes: readonly Process[];
  readonly resources: readonly DeclaredResource[];
  /** Settings made by command, which outlive the next deploy; a manifest's own are in processes already. */
  readonly overrides: Readonly<Record<string, ProcessOverrides>>;
  /** Event sources added by command. */
  readonly added: readonly ProcessSource[];
  readonly checks: ReleaseChecks;
}

/** A line of the Procfile as it runs: the function `APP-NAME`. */
export interface Process {
  /** `[a-zA-Z][a-zA-Z0-9_-]{0,31}`. */
  readonly name: string;
  /** `File.handler`; a command for images. */
  readonly handler: string;
  readonly code: ProcessCode;
  /** AWS's runtime name; absent for images. */
  readonly runtime?: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** Reserved concurrency; absent: none. */
  readonly concurrency?: number;
  /** /tmp in MiB. */
  readonly ephemeralMiB: number;
  /** Variables of this process alone; the configuration wins over them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sources: readonly EventSource[];
}

export type ProcessCode =
  | { readonly kind: 'zip' /** SHA-256 of the stored zip. */; readonly hash: string; readonly bytes: number }
  | { readonly kind: 'image' /** `REGISTRY/NAME@sha256:…`. */; readonly uri: string };

export interface ProcessOverrides {
  readonly memoryMiB?: number;
  readonly timeoutSeconds?: number;
  readonly concurrency?: number;
}

/** In the grammar of DESIGN §6: `s3:BUCKET[/PREFIX*SUFFIX]`, `sqs:QUEUE`, `schedule:rate(5 minutes)`, `http:GET /path`, `events:NAME.*`, an ARN. */
export interface EventSource {
  readonly source: string;
  /** What the events must look like, in the pattern language. */
  readonly where?: Readonly<Record<string, unknown>>;
  /** Settings of a mapping, in AWS's names: BatchSize, … */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface ProcessSource extends EventSource {
  readonly process: string;
}

/** A resource that the application brings along. Its real name is `APP-NAME`, with `-ENVIRONMENT` where it is not home (bucket names are global). */
export interface DeclaredResource {
  readonly kind: 'bucket' | 'table' | 'queue' | 'topic' | 'stream';
  readonly name: string;
  /** In the words of dalamb.toml, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ReleaseChecks {
  /** Process → event that it must answer without an error before the switch. */
  readonly smoke: Readonly<Record<string, unknown>>;
  /** Processes whose first start may fail; that of all others must not, before the switch. */
  readonly startsAnyhow?: readonly string[];
  /** A canary: the share of calls (0 to 1) that the new release gets first, for how long, and the share of errors that ends it. */
  readonly canary?: { readonly weight: number; readonly seconds: number; readonly errorRate: number };
}

/** What a build makes of a commit: everything of a release that comes from the repository. */
export interface Built {
  readonly processes: readonly Process[];
  readonly resources: readonly DeclaredResource[];
  readonly checks: ReleaseChecks;
  readonly commit?: string;
}

/** What makes the next release. */
export type ReleaseChange =
  | { readonly reason: 'deploy' | 'promotion'; readonly built: Built }
  | { readonly reason: 'config'; readonly config: SealedConfig }
  | { readonly reason: 'resource'; readonly process: string; readonly overrides: ProcessOverrides }
  | { readonly reason: 'event-source'; readonly added: readonly ProcessSource[] }
  /** streams: of the release whose takeover streams go back to. */
  | { readonly reason: 'rollback'; readonly to: Release; readonly streams?: number };

/** The alias that runs. */
export const LIVE = 'live';

/** The function of a process. */
export function functionName(app: string, process: string): string {
  return `${app}-${process}`;
}

/** The real name of a declared resource. */
export function resourceName(app: string, name: string, environment: { readonly name: string; readonly home: boolean }): string {
  return environment.home ? `${app}-${name}` : `${app}-${name}-${environment.name}`;
}
