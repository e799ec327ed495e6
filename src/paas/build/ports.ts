import type { Clock, Ids, Logger, Store } from '../../kernel/index.ts';
import type { CopyImage, KeepImage, PullImage } from '../../model/index.ts';
import type { Egress, Sandbox, SandboxDriver } from '../../sandbox/index.ts';

/** What builds need from outside. */
export interface BuildPorts {
  readonly store: Store;
  readonly driver: SandboxDriver;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** The runtimes of this machine, by AWS's name. */
  readonly runtimes: ReadonlyMap<string, BuildRuntime>;
  /** Absolute: `runtimes/builder` of the installation. */
  readonly builder: string;
  /** Absolute: below it builds keep caches and spooled files; made when missing. */
  readonly directory: string;
  /** Where images go that were built. */
  readonly keepImage: KeepImage;
  readonly copyImage: CopyImage;
  /** What builders may take their bases from. */
  readonly pullImage: PullImage;
  readonly settings: BuildSettings;
}

/** A runtime as the catalogue of environments knows it. */
export interface BuildRuntime {
  readonly name: string;
  /** `nodejs:24.v21`: part of what names cached dependencies. */
  readonly version: string;
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  readonly argv?: (sandbox: Sandbox, memoryMiB: number) => string[];
  /** Whether there is a compiler beside the interpreter. */
  readonly compiles?: boolean;
}

/** `[build]` of the configuration. */
export interface BuildSettings {
  /** Builders at work at a time. */
  readonly parallel: number;
  readonly memoryMiB: number;
  /** Of the builder's disk. */
  readonly diskMiB: number;
  readonly pids: number;
  /** Cores; undefined: as many as are free. */
  readonly cpus?: number;
  /** From its first command to its end. */
  readonly seconds: number;
  /** Of a commit's files. */
  readonly sourceMiB: number;
  /** Of installed dependencies that are kept. */
  readonly cacheMiB: number;
  /** Where builders may connect to; nothing: no network. */
  readonly allow: Egress['allow'];
  /** Whether images are built of Dockerfiles. */
  readonly dockerfile: boolean;
  /** Of an image, packed. */
  readonly imageMiB: number;
  /** Registries, `HOST[:PORT]`, that builders speak to without TLS. */
  readonly insecure: readonly string[];
  /** Variables of all builders: mirrors and the like. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lets builds run where sandboxes do not isolate. */
  readonly unsafe: boolean;
  /** Directory of the npm package, as sandboxes see it below /usr, or to be shown to them; undefined: npm is not installed. */
  readonly npm?: string;
}
