import { fail } from '../../kernel/index.ts';
import type { DeclaredProcess } from '../manifest/application.ts';
import { bootstrap, go, rust, withoutRuntime } from './compiled.ts';
import { java, refuseGradle } from './java.ts';
import type { Language, Sources } from './languages.ts';
import { node } from './node.ts';
import type { BuildRuntime } from './ports.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';

/** In order of asking. */
const LANGUAGES: readonly Language[] = [node, python, ruby, go, rust, java, bootstrap];

export interface Detected {
  readonly process: DeclaredProcess;
  readonly language: Language;
  readonly runtime: BuildRuntime;
}

/**
 * In which language a process is written, and in which runtime it runs: as it is declared, else by the file of its handler, else by the files
 * at the top. Rejects with BuildFailed, NotImplemented.
 */
export async function detect(
  process: DeclaredProcess,
  sources: Sources,
  runtimes: ReadonlyMap<string, BuildRuntime>,
): Promise<Detected> {
  return detectAs(process, knownLanguageOf(process, sources), { sources, runtimes });
}

interface Surroundings {
  readonly sources: Sources;
  readonly runtimes: ReadonlyMap<string, BuildRuntime>;
}

/** The runtime of a process whose language is known. */
export async function detectAs(
  process: DeclaredProcess,
  language: Language,
  { sources, runtimes }: Surroundings,
): Promise<Detected> {
  const own = [...runtimes.values()].filter(({ name }) => language.runtimes.test(name));
  const runtime = process.runtime === undefined ? await language.choose(sources, own) : runtimes.get(process.runtime);
  if (!runtime) {
    const here = own.map(({ name }) => name).join(', ') || 'none';
    throw process.refuse(`there is no runtime ${process.runtime ?? `for ${language.name}`} here (of ${language.name}: ${here})`);
  }
  return { process, language, runtime };
}

/** As it is declared, else by the file of its handler, else by the files at the top; undefined: nothing says so. */
export function languageOf(
  { handler, runtime }: Pick<DeclaredProcess, 'handler' | 'runtime'>,
  { tree }: Sources,
): Language | undefined {
  const possible = LANGUAGES.filter((one) => runtime === undefined || one.runtimes.test(runtime));
  const found = possible.find((one) => one.hasHandler?.(tree, handler)) ?? possible.find((one) => isMarked(one, tree));
  return found ?? (runtime === undefined ? undefined : possible[0]);
}

const isMarked = ({ marks }: { readonly marks: readonly string[] }, tree: Sources['tree']) =>
  marks.some((mark) => tree.has(mark));

function knownLanguageOf(process: DeclaredProcess, sources: Sources): Language {
  const { handler, runtime } = process;
  const found = languageOf(process, sources);
  if (found) return found;
  refuseGradle(sources.tree);
  const known = withoutRuntime.find((one) => (runtime === undefined ? isMarked(one, sources.tree) : one.runtimes.test(runtime)));
  if (known)
    throw notImplemented(`${known.name} is not among the runtimes here: add a Dockerfile, or push a container image instead`);
  if (runtime !== undefined) throw process.refuse(`there is no runtime ${runtime}`);
  throw process.refuse(
    `nothing here says in what language ${handler} is written: there is no such file, and no package.json, requirements.txt, Gemfile, go.mod, Cargo.toml, pom.xml, bootstrap or Dockerfile`,
  );
}

function notImplemented(what: string) {
  return fail('NotImplemented', what, { status: 501, fault: 'caller' });
}
