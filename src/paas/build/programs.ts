import type { Job } from './build.ts';
import type { Dependencies } from './dependencies.ts';
import type { Language, Sources } from './languages.ts';
import type { BuildRuntime } from './ports.ts';
import { buildFailed } from './refusals.ts';
import { runSandboxed } from './sandboxed.ts';
import { openNameless } from './trees.ts';
import { workKey } from './work-key.ts';
import { unpacked, writePart, type ZipPart } from './zip.ts';

export interface Compiling {
  readonly sources: Sources;
  readonly dependencies: Dependencies;
  readonly compile: NonNullable<Language['compile']>;
  readonly runtime: BuildRuntime;
  readonly handlers: readonly string[];
}

const OUT = '.dalamb-out';

/** A program for each handler, all compiled in one sandbox; the same source is compiled once. */
export async function compilePrograms(job: Job, compiling: Compiling): Promise<Map<string, readonly ZipPart[]>> {
  const { workshop, line, signal, waits, closing } = job;
  const { sources, dependencies, compile, runtime, handlers } = compiling;
  const files = [sources.tree, dependencies.tree];
  const together = { ...sources, tree: new Map(files.flatMap((tree) => [...tree])) };
  const programs = handlers.map((handler, i) => compile(together, { handler, out: `${OUT}/${i}` }));
  const steps: (typeof programs)[number]['steps'] = (at) => programs.flatMap((one) => one.steps(at));
  const work = { files, steps, collect: [{ from: OUT, to: '' }], runtime };
  const made = await workshop.cache.have(workKey(work, workshop.settings), signal, () => {
    for (const { say } of programs) line(`compiling: ${say}`);
    return workshop.leases.hold({ signal, waits }, (held) => runSandboxed(work, { ports: workshop, line, signal: held }));
  });
  closing.push(() => made.close());
  const parts = new Map<string, readonly ZipPart[]>();
  for (const [i, handler] of handlers.entries()) {
    const program = unpacked(made).get(`${i}/bootstrap`);
    if (!program) throw buildFailed(`the compiler made no program of ${handler}`);
    const file = await openNameless(workshop.directory, workshop.ids);
    closing.push(() => file.close());
    parts.set(handler, [await writePart(file, [{ ...program, path: 'bootstrap' }])]);
  }
  return parts;
}
