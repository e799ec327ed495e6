import type { Job } from './build.ts';
import type { Language, Sources } from './languages.ts';
import type { BuildRuntime } from './ports.ts';
import { runSandboxed } from './sandboxed.ts';
import type { Tree } from './trees.ts';
import { workKey } from './work-key.ts';
import { unpacked, type ZipPart } from './zip.ts';

export interface Dependencies {
  readonly parts: readonly ZipPart[];
  /** The same, to be read. */
  readonly tree: Tree;
  /** Files of the source in whose place they are. */
  readonly replaces?: RegExp;
  /** Files of the source that are not needed any more. */
  readonly spent?: RegExp;
}

const NONE: Dependencies = { parts: [], tree: new Map() };

export interface Installing {
  readonly language: Language;
  readonly runtime: BuildRuntime;
  readonly sources: Sources;
  readonly dev: boolean;
}

/** Those of a lock file, installed once: out of the cache as long as nothing changes from which they follow. */
export async function installDependencies(job: Job, { language, runtime, sources, dev }: Installing): Promise<Dependencies> {
  const { workshop, line, signal, waits, closing } = job;
  const install = await language.install(sources, runtime, dev);
  if (!install) return NONE;
  const files = [new Map(install.inputs.map((entry) => [entry.path, entry]))];
  const work = { files, steps: install.steps, collect: install.collect, runtime };
  let made = false;
  const part = await workshop.cache.have(workKey(work, workshop.settings), signal, () => {
    made = true;
    line(`installing dependencies: ${install.say}`);
    return workshop.leases.hold({ signal, waits }, (held) => runSandboxed(work, { ports: workshop, line, signal: held }));
  });
  closing.push(() => part.close());
  if (!made) line(`dependencies are as they were: ${install.say} is not needed`);
  return {
    parts: [part],
    get tree() {
      return unpacked(part); // only who compiles looks into it
    },
    ...(install.replaces && { replaces: install.replaces }),
    ...(install.spent && { spent: install.spent }),
  };
}
