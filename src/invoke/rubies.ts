import fs from 'node:fs/promises';
import path from 'node:path';
import { placeOf } from '../sandbox/index.ts';
import type { MissingRuntime, RuntimeEntry } from './catalogue.ts';

/** Those that AWS has and the bootstrap is made for. */
const RUBY_VERSIONS: readonly string[] = ['3.2', '3.3', '3.4'];

export interface RubyPlaces {
  /** Absolute: has `runtimes/ruby`. */
  readonly installation: string;
  /** Folders of which each has interpreters. */
  readonly usual: readonly string[];
  /** Folders in whose `bin` they are, to be shown to sandboxes; these come first. */
  readonly folders: readonly string[];
  /** What a program answers to these arguments; undefined: it does not run. */
  readonly ask: (file: string, args: string[]) => Promise<string | undefined>;
}

/** Those that are called `ruby` or `ruby3.3` and say that they are; one for each version. */
export async function rubyRuntimes({ installation, usual, folders, ask }: RubyPlaces): Promise<RuntimeEntry[]> {
  const found = new Map<string, RuntimeEntry>();
  const own = { source: path.join(installation, 'runtimes/ruby'), target: '/var/runtime' };
  const further = folders.map((source) => ({ source, target: placeOf(source) }));
  const places = [
    ...further.map((mount) => ({ at: `${mount.source}/bin`, inside: `${mount.target}/bin`, mounts: [mount, own] })),
    ...usual.map((at) => ({ at, inside: at, mounts: [own] })),
  ];
  for (const { at, inside, mounts } of places) {
    const names = await fs.readdir(at).catch(() => []);
    for (const file of names.filter((name) => /^ruby(\d\.\d+)?$/.test(name))) {
      const [, minor = '', patch] = /^ruby (\d\.\d+)\.(\d+)/.exec((await ask(path.join(at, file), ['--version'])) ?? '') ?? [];
      if (!RUBY_VERSIONS.includes(minor) || found.has(minor)) continue;
      found.set(minor, {
        name: `ruby${minor}`,
        version: `ruby:${minor}.v${patch}`,
        speaks: 'frames',
        mounts,
        sizedHeap: false,
        argv: (sandbox) => [sandbox.path(`${inside}/${file}`), '-EUTF-8', `${sandbox.path('/var/runtime')}/bootstrap.rb`],
      });
    }
  }
  return [...found.values()];
}

/** Those that are not here. */
export function missingRubies(entries: ReadonlyMap<string, RuntimeEntry>): MissingRuntime[] {
  const missing = RUBY_VERSIONS.filter((version) => !entries.has(`ruby${version}`));
  return missing.map((version) => ({
    name: `ruby${version}`,
    reason: `no Ruby ${version} in /usr/bin, /usr/local/bin or [runtimes] folders: install it (Debian: apt-get install ruby${version}), or name its folder`,
  }));
}
