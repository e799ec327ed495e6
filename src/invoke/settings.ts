import type { Clock, Ids, Logger } from '../kernel/index.ts';
import type { IssueCredentials, PrepareImage, PrepareTree, ServeSandbox, WriteLog } from '../model/index.ts';
import type { SandboxDriver } from '../sandbox/index.ts';
import type { RuntimeCatalogue } from './catalogue.ts';

/** What the room needs; compose fills it in. */
export interface InvokeOptions {
  readonly driver: SandboxDriver;
  readonly trees: { readonly prepare: PrepareTree; readonly path: (hash: string) => string };
  readonly prepareImage: PrepareImage;
  readonly issueCredentials: IssueCredentials;
  readonly writeLog: WriteLog;
  readonly serveSandbox: ServeSandbox;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly runtimes: RuntimeCatalogue;
  readonly settings: InvokeSettings;
}

export interface InvokeSettings {
  /** Booted sandboxes kept ready for each runtime (and memory size, for Node.js) that is in use. */
  readonly ready: number;
  /** Kinds to have ready from the start, e.g. `[{ runtime: 'nodejs24.x', memoryMiB: 128 }]`. */
  readonly readyAtStart: readonly { readonly runtime: string; readonly memoryMiB: number }[];
  /** Σ memory of all environments may not exceed this. */
  readonly memoryMiB: number;
  /** Milliseconds without a call after which an environment is frozen. */
  readonly freezeAfterMs: number;
  /** Milliseconds without a call after which it ends. */
  readonly idleMs: number;
  /** Whether init counts as billed time of the invocation that caused it. */
  readonly billInit: boolean;
}
