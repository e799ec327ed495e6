import type { DeclaredProcess } from '../manifest/application.ts';
import { DECLARATION } from '../manifest/declaration.ts';
import { PROCFILE } from '../manifest/procfile.ts';
import type { Job } from './build.ts';
import type { Dependencies } from './dependencies.ts';
import type { Assembly, Sources } from './languages.ts';
import type { BuildRuntime } from './ports.ts';
import { runSandboxed } from './sandboxed.ts';
import { workKey } from './work-key.ts';
import { unpacked, type ZipPart } from './zip.ts';

export interface Assembling {
  readonly assembly: Assembly;
  readonly sources: Sources;
  readonly dependencies: Dependencies;
  readonly runtime: BuildRuntime;
  readonly processes: readonly DeclaredProcess[];
}

/** The code that is made of the whole source but what says how it is run, once for the same; undefined: it runs as it is. */
export async function assemble(job: Job, assembling: Assembling): Promise<ZipPart | undefined> {
  const { workshop, line, signal, waits, closing } = job;
  const { assembly, sources, dependencies, runtime, processes } = assembling;
  const made = await assembly.steps(sources, runtime);
  if (!made) return undefined;
  const source = new Map([...sources.tree].filter(([path]) => path !== PROCFILE && path !== DECLARATION));
  const work = { files: [source, dependencies.tree], steps: made.steps, collect: assembly.collect, runtime };
  const part = await workshop.cache.have(workKey(work, workshop.settings), signal, () => {
    line(`compiling: ${made.say}`);
    return workshop.leases.hold({ signal, waits }, (held) => runSandboxed(work, { ports: workshop, line, signal: held }));
  });
  closing.push(() => part.close());
  for (const { handler, refuse } of processes)
    if (!(await assembly.hasHandler(unpacked(part), handler))) throw refuse(`there is no ${assembly.handlerFiles(handler)}`);
  return part;
}
