import type { Api } from './api.ts';
import type { RemoteUrl } from './app-name.ts';

/** Where words go and come from; tests bring their own. */
export interface CliIo {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** All of standard input. */
  readonly stdin: () => Promise<Buffer>;
  readonly fetch: typeof fetch;
  /** The same over the local socket of a data directory (`--data`). */
  readonly fetchLocal?: (directory: string) => typeof fetch;
  readonly now: () => number;
  /** Whether out is a terminal that shows colours; default not. */
  readonly colour?: boolean;
  /** Of the git repository around; default asks git. */
  readonly remoteUrl?: RemoteUrl;
  /** A tar of a commit of that repository; default by git. */
  readonly archive?: (commit: string) => Promise<Buffer<ArrayBuffer>>;
  /** Ends what waits (`logs -f`). */
  readonly signal: AbortSignal;
}

/** What every command gets: the API for the options given, and a way to answer. */
export interface Stage {
  readonly io: CliIo;
  /** environment: another one than was asked for. */
  readonly api: (environment?: string) => Api;
  /** The application: --app, else that of the git remote named dalamb. Rejects with WrongUsage. */
  readonly app: () => Promise<string>;
  /** What was said, DALAMB_ENV included; no git remote stands in for the application. */
  readonly given: () => { readonly env?: string; readonly app?: string };
  /** Prints value as one JSON document with --json, else what text makes of it. */
  readonly answer: <T>(value: T, text: (value: T) => string) => void;
  readonly json: () => boolean;
}
