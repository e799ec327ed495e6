import type { Job } from './build.ts';
import { keyOf } from './cache.ts';
import type { Language, Sources } from './languages.ts';
import type { BuildRuntime } from './ports.ts';
import { runSandboxed } from './sandboxed.ts';
import type { Tree } from './trees.ts';
import { unpacked, type ZipPart } from './zip.ts';

export interface Dependencies {
  readonly parts: readonly ZipPart[];
  /** The same, to be read. */
  readonly tree: Tree;
  /** Files of the source in whose place they are. */
  readonly replaces?: RegExp;
}

const NONE: Dependencies = { parts: [], tree: new Map() };
/** Changes when builders do something else for the same inputs. */
const EDITION = 1;
const SCRATCH = '/…';

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
  const { settings } = workshop;
  const steps = install.steps({ work: SCRATCH, scratch: SCRATCH, program: SCRATCH, npm: SCRATCH });
  const key = keyOf({
    edition: EDITION,
    runtime: [runtime.name, runtime.version, process.arch],
    inputs: install.inputs.map((entry) => [entry.path, entry.kind, entry.executable, entry.sha256]),
    steps: steps.map(({ argv, env }) => [argv, env]),
    collect: install.collect,
    environment: settings.environment,
  });
  let made = false;
  const part = await workshop.cache.have(key, signal, () => {
    made = true;
    line(`installing dependencies: ${install.say}`);
    const files = [new Map(install.inputs.map((entry) => [entry.path, entry]))];
    const work = { files, steps: install.steps, collect: install.collect, runtime };
    return workshop.leases.hold({ signal, waits }, (held) => runSandboxed(work, { ports: workshop, line, signal: held }));
  });
  closing.push(() => part.close());
  if (!made) line(`dependencies are as they were: ${install.say} is not needed`);
  return { parts: [part], tree: unpacked(part), ...(language.name === 'Node.js' && { replaces: /(^|\/)node_modules\// }) };
}
