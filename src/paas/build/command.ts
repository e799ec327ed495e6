import { isFailure } from '../../kernel/index.ts';
import type { DeclaredProcess } from '../manifest/application.ts';
import type { Job } from './build.ts';
import { type Dependencies, installDependencies } from './dependencies.ts';
import { type Detected, detect, detectAs } from './detect.ts';
import type { Sources } from './languages.ts';
import { node } from './node.ts';
import type { BuildRuntime } from './ports.ts';
import { runSandboxed } from './sandboxed.ts';
import type { Tree } from './trees.ts';
import { workKey } from './work-key.ts';
import { unpacked } from './zip.ts';

export interface Commanding {
  readonly processes: readonly DeclaredProcess[];
  /** `[build] command`, for a shell. */
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs the application's own command, once for the same files, among its files and dependencies,
 * those for development too; resolves to the files as they are afterwards.
 */
export async function runCommand(job: Job, sources: Sources, { processes, command, environment }: Commanding): Promise<Tree> {
  const { workshop, line, signal, waits, closing } = job;
  const found = await toolsOf(processes, sources, workshop.runtimes);
  const { runtime } = found[0]!;
  const installed: Dependencies[] = [];
  for (const { language, runtime: own } of distinct(found)) {
    if (language.compile || language.assemble) continue;
    installed.push(await installDependencies(job, { language, runtime: own, sources, dev: true }));
  }
  const replaced = (path: string) => installed.some(({ replaces }) => replaces?.test(path));
  const source = new Map([...sources.tree].filter(([path]) => !replaced(path)));
  const trees = installed.map(({ tree }) => tree);
  const again = ['node_modules', 'vendor/bundle'].filter((folder) => replaced(`${folder}/`)).map((folder) => `(^|/)${folder}$`);
  const work = {
    files: [source, ...trees],
    steps: ({ work: at }: { readonly work: string }) => [
      { say: command, argv: ['/bin/sh', '-c', `PATH="${at}/node_modules/.bin:$PATH"; ${command}`], env: environment },
    ],
    collect: [{ from: '.', to: '', drop: [...again, '(^|/)(\\.git|__pycache__)$'] }],
    runtime,
  };
  const part = await workshop.cache.have(workKey(work, workshop.settings), signal, () => {
    line(`running ${command}`);
    return workshop.leases.hold({ signal, waits }, (held) => runSandboxed(work, { ports: workshop, line, signal: held }));
  });
  closing.push(() => part.close());
  return withoutDependencies(unpacked(part), trees, source);
}

/** What the command may want to use: the languages of the processes as far as they show before it runs, Node.js first. */
async function toolsOf(
  processes: readonly DeclaredProcess[],
  sources: Sources,
  runtimes: ReadonlyMap<string, BuildRuntime>,
): Promise<readonly Detected[]> {
  const found: Detected[] = [];
  for (const one of processes) {
    const detected = await detect(one, sources, runtimes).catch((error) => {
      if (!isFailure(error, 'BuildFailed')) throw error; // it is the command that makes the code: what is missing then is said then
    });
    if (detected) found.push(detected);
  }
  const usual = found.length > 0 ? [] : [await detectAs(processes[0]!, node, { sources, runtimes })];
  return [...found, ...usual].sort((a, b) => Number(b.language === node) - Number(a.language === node));
}

function distinct(found: readonly Detected[]): readonly Detected[] {
  return [...new Map(found.map((one) => [`${one.language.name} ${one.runtime.name}`, one])).values()];
}

/** Dependencies that lie among the source (Python’s) are packed on their own. */
function withoutDependencies(made: Tree, dependencies: readonly Tree[], source: Tree): Tree {
  const known = (path: string) => dependencies.some((tree) => tree.has(path)) && !source.has(path);
  return new Map([...made].filter(([path]) => !known(path)));
}
