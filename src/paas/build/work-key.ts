import { keyOf } from './cache.ts';
import type { BuildSettings } from './ports.ts';
import type { Work } from './sandboxed.ts';

/** Changes when builders do something else for the same work. */
const EDITION = 1;
/** Where things are inside does not matter to what is made. */
const PLACE = '/…';

/** The name of what comes of some work: it follows from its files, commands, runtime, and the variables of all builders. */
export function workKey(work: Work, { environment }: Pick<BuildSettings, 'environment'>): string {
  const { name, version } = work.runtime;
  const files = [...work.files].flatMap((tree) => [...tree.values()]);
  return keyOf({
    edition: EDITION,
    runtime: [name, version, process.arch],
    files: files.map(({ path, kind, executable, sha256 }) => `${path} ${kind} ${executable} ${sha256}`).sort(),
    steps: work.steps({ work: PLACE, scratch: PLACE, program: PLACE, npm: PLACE }).map(({ argv, env }) => [argv, env]),
    collect: work.collect,
    environment,
  });
}
