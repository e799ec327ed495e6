import type { Job } from './build.ts';
import { keyOf } from './cache.ts';
import type { Dependencies } from './dependencies.ts';
import type { Language, Sources, Wanted } from './languages.ts';
import { runSandboxed } from './sandboxed.ts';
import type { ZipPart } from './zip.ts';

const EDITION = 1;
const PLACE = '/…';

export interface Compiling {
  readonly sources: Sources;
  readonly dependencies: Dependencies;
  readonly language: Language;
  readonly wanted: Wanted;
}

/** A program out of its source; the same source is compiled once. */
export async function compileProgram(job: Job, { sources, dependencies, language, wanted }: Compiling): Promise<ZipPart> {
  const { workshop, line, signal, waits, closing } = job;
  const files = [sources.tree, dependencies.tree];
  const compile = language.compile!({ ...sources, tree: new Map(files.flatMap((tree) => [...tree])) }, wanted);
  const key = keyOf({
    edition: EDITION,
    arch: process.arch,
    inputs: files.flatMap((tree) =>
      [...tree.values()].map(({ path, kind, executable, sha256 }) => [path, kind, executable, sha256]),
    ),
    steps: compile.steps({ work: PLACE, scratch: PLACE, program: PLACE, npm: PLACE }).map(({ argv, env }) => [argv, env]),
    environment: workshop.settings.environment,
  });
  const part = await workshop.cache.have(key, signal, () => {
    line(`compiling: ${compile.say}`);
    const work = { files, steps: compile.steps, collect: compile.collect, runtime: wanted.runtime };
    return workshop.leases.hold({ signal, waits }, (held) => runSandboxed(work, { ports: workshop, line, signal: held }));
  });
  closing.push(() => part.close());
  return part;
}
