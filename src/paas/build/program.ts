import type { Job } from './build.ts';
import type { Dependencies } from './dependencies.ts';
import type { Language, Sources, Wanted } from './languages.ts';
import { runSandboxed } from './sandboxed.ts';
import { workKey } from './work-key.ts';
import type { ZipPart } from './zip.ts';

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
  const work = { files, steps: compile.steps, collect: compile.collect, runtime: wanted.runtime };
  const part = await workshop.cache.have(workKey(work, workshop.settings), signal, () => {
    line(`compiling: ${compile.say}`);
    return workshop.leases.hold({ signal, waits }, (held) => runSandboxed(work, { ports: workshop, line, signal: held }));
  });
  closing.push(() => part.close());
  return part;
}
