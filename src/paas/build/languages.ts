import type { BuildRuntime } from './ports.ts';
import type { BuilderPlaces, Collect, Step } from './sandboxed.ts';
import type { Tree, TreeEntry } from './trees.ts';

/** What a language asks of a builder before there is code to run: its dependencies. All of it follows from the inputs, which name it in the cache. */
export interface Install {
  /** For people: `npm ci`. */
  readonly say: string;
  /** The files from which it follows; nothing else is there when it runs. */
  readonly inputs: readonly TreeEntry[];
  readonly steps: (at: BuilderPlaces) => readonly Step[];
  readonly collect: readonly Collect[];
  /** Files of the source in whose place they are. */
  readonly replaces?: RegExp;
  /** Files of the source that were needed for them, and are not any more. */
  readonly spent?: RegExp;
}

/** What makes a program of the source, its dependencies beside it. */
export interface Compile {
  readonly say: string;
  readonly steps: (at: BuilderPlaces) => readonly Step[];
}

/** What makes all functions' code of the source, its dependencies beside it. */
export interface Assembly {
  /** Undefined: the source is the code. */
  steps(sources: Sources, runtime: BuildRuntime): Promise<Compile | undefined>;
  readonly collect: readonly Collect[];
  /** Whether what was made has it. */
  hasHandler(tree: Tree, handler: string): Promise<boolean>;
  /** For people: what is missing then. */
  handlerFiles(handler: string): string;
}

/** The files of an application, read where a language needs to look into them. */
export interface Sources {
  readonly tree: Tree;
  /** Text of a small file; undefined: it is not there. */
  text(path: string): Promise<string | undefined>;
}

export interface Wanted {
  readonly handler: string;
  /** The folder, below the top, in which the program is to be, called `bootstrap`. */
  readonly out: string;
}

/** One language: detect → install → compile. */
export interface Language {
  readonly name: string;
  /** Names of the runtimes that its code runs in. */
  readonly runtimes: RegExp;
  /** Files at the top that say that an application is written in it. */
  readonly marks: readonly string[];
  /** Whether a file of a handler is there; absent: a handler names no file. */
  hasHandler?(tree: Tree, handler: string): boolean;
  /** For people: the files of which one must be there; absent: it is built without. */
  handlerFiles?(handler: string): string;
  /** Of the runtimes there are, the one that the application asks for. Throws BuildFailed. */
  choose(sources: Sources, runtimes: readonly BuildRuntime[]): Promise<BuildRuntime | undefined>;
  /** Undefined: there is nothing to install. dev: with what only builds need. */
  install(sources: Sources, runtime: BuildRuntime, dev: boolean): Promise<Install | undefined>;
  /** Languages that are not run as they are written. */
  compile?(sources: Sources, wanted: Wanted): Compile;
  /** The same, where one code has all handlers. */
  readonly assemble?: Assembly;
  /** Looks at the handler's own file. Throws BuildFailed. */
  check?(sources: Sources, handler: string): Promise<void>;
}

/** `nodejs:24.v21` → [24, 21]; `python:3.11.v2` → [3, 11, 2]. */
export function versionOf({ version }: BuildRuntime): number[] {
  return (version.split(':')[1] ?? '').split('.').map((part) => Number(part.replace('v', '')));
}

/** Newest first. */
export function newestFirst(runtimes: readonly BuildRuntime[]): BuildRuntime[] {
  return [...runtimes].sort((a, b) => {
    const [x, y] = [versionOf(a), versionOf(b)];
    return y[0]! - x[0]! || (y[1] ?? 0) - (x[1] ?? 0);
  });
}
