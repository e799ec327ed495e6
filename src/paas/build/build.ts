import fs from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MIB, platformFailure } from '../../kernel/index.ts';
import {
  type BuildSource,
  type Built,
  compilePathPattern,
  matchesPath,
  type Process,
  type ProcessCode,
} from '../../model/index.ts';
import { type DeclaredProcess, type Manifest, readManifest } from '../manifest/application.ts';
import { DECLARATION } from '../manifest/declaration.ts';
import { PROCFILE } from '../manifest/procfile.ts';
import { keepArtifact } from './artifacts.ts';
import { assemble } from './assemble.ts';
import { createPartCache, type PartCache } from './cache.ts';
import { runCommand } from './command.ts';
import { type Dependencies, installDependencies } from './dependencies.ts';
import { type Detected, detect, languageOf } from './detect.ts';
import { buildImage, dockerfileOf, type Imaging } from './dockerfile.ts';
import type { Sources } from './languages.ts';
import { createLeases, type Leases } from './leases.ts';
import type { BuildPorts } from './ports.ts';
import { compilePrograms } from './programs.ts';
import { buildFailed } from './refusals.ts';
import { receiveSource } from './source.ts';
import { openNameless, type Tree, type TreeEntry } from './trees.ts';
import { unpacked, writePart, type ZipPart, zipContents, zipOf } from './zip.ts';

/** What all builds of a platform share. */
export interface Workshop extends BuildPorts {
  readonly cache: PartCache;
  readonly leases: Leases;
}

/** One build on its way; what it opens is closed at its end. */
export interface Job {
  readonly workshop: Workshop;
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
  readonly waits: () => void;
  readonly closing: (() => Promise<unknown>)[];
}

/** Of a small file that is looked into. */
const MOST_TEXT = 16 * 1024 * 1024;
/** Written by people, unlike lock files, and parsed whole. */
const MOST_DECLARED = 1024 * 1024;
const DECLARATIONS: ReadonlySet<string> = new Set([
  'package.json',
  'pyproject.toml',
  'requirements.txt',
  '.python-version',
  'runtime.txt',
  'go.mod',
  'pom.xml',
  'Gemfile',
  '.ruby-version',
]);

/**
 * Builds commits: detects languages, installs dependencies (once for each lock file), runs the application's command, compiles, packs. What
 * runs somebody's code does so in a sandbox of its own, behind a lease; what does not, needs none. docs/builds.md tells it to users.
 */
export function createBuild(ports: BuildPorts): BuildSource {
  const { store, clock, ids, settings } = ports;
  const leases = createLeases({ store, clock, ids, places: settings.parallel });
  const opening = openWorkshop(ports, leases);
  opening.catch(() => {}); // each build says so
  if (settings.unsafe && !ports.driver.features.isolation)
    ports.logger.warn('UNSAFE BUILDS: whoever may push runs programs as this user, without isolation, for build.unsafe is true');
  return async ({ app, account, commit, source, line, signal }) => {
    const waits = () => line('waiting for a builder');
    const job: Job = { workshop: await opening, line, signal, waits, closing: [] };
    try {
      const received = await receiveSource(source, { ...ports, mib: settings.sourceMiB, signal });
      job.closing.push(() => received.close());
      const built = await buildTree(job, received.tree, { app, account, commit });
      return { ...built, ...(commit !== undefined && { commit }) };
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? platformFailure('StoreFull', 'a build needs space') : error;
    } finally {
      for (const close of job.closing.reverse()) await close().catch(() => {});
    }
  };
}

async function openWorkshop(ports: BuildPorts, leases: Leases): Promise<Workshop> {
  const { directory, settings, clock, ids } = ports;
  const packs = path.join(directory, 'dependencies');
  await fs.mkdir(packs, { recursive: true, mode: 0o700 });
  for (const name of await fs.readdir(packs)) if (name.startsWith('.new-')) await fs.rm(path.join(packs, name), { force: true });
  return { ...ports, leases, cache: createPartCache({ directory: packs, quotaMiB: settings.cacheMiB, clock, ids }) };
}

type Whose = Pick<Imaging, 'app' | 'account' | 'commit'>;

async function buildTree(job: Job, source: Tree, whose: Whose): Promise<Built> {
  const manifest = await manifestOf(source);
  const { resources, checks, build } = manifest;
  const imaged = manifest.processes.filter((process) => isImaged(process, sourcesOf(source)));
  const built = manifest.processes.filter((process) => process.origin !== 'image' && !imaged.includes(process));
  if (built.length === 0) refuseUnused(manifest);
  let sources = sourcesOf(source);
  if (build.command !== undefined && built.length > 0) {
    sources = sourcesOf(await runCommand(job, sources, { processes: built, ...build, command: build.command }));
  }
  const found: Detected[] = [];
  for (const process of built) found.push(await detect(process, sources, job.workshop.runtimes));
  for (const { process, language } of found) await checkHandler(process, language, { sources, command: build.command });
  const codes = await codesOf(job, sources, { found, exclude: build.exclude });
  if (imaged.length > 0) {
    const file = build.dockerfile ?? dockerfileOf(source)!;
    const uri = await buildImage(job, { ...whose, tree: source, file, args: build.environment });
    for (const { name } of imaged) codes.set(name, { kind: 'image', uri });
  }
  const processes = manifest.processes.map((process) => processOf(process, found, codes));
  return { processes, resources, checks };
}

/** Whether it is of the Dockerfile. */
function isImaged(process: DeclaredProcess, sources: Sources): boolean {
  return process.origin === 'dockerfile' || (process.origin === 'either' && !languageOf(process, sources));
}

/** What is for code, where there is none. Throws BuildFailed. */
function refuseUnused({ build, refuse }: Manifest): void {
  if (build.command !== undefined) throw refuse(['build', 'command'], 'it is run for code, and all that is here are images');
  if (build.exclude.length > 0)
    throw refuse(
      ['build', 'exclude'],
      'it is for code, and all that is here are images: .dockerignore says what of a Dockerfile is left out',
    );
}

async function manifestOf(tree: Tree): Promise<Manifest> {
  const [procfile, declaration] = await Promise.all([PROCFILE, DECLARATION].map((name) => readSmall(tree, name)));
  const dockerfile = dockerfileOf(tree) !== undefined;
  return readManifest({ dockerfile, ...(procfile && { procfile }), ...(declaration && { declaration }) });
}

/** Undefined: it is not there. Their readers want far less, and say so. */
async function readSmall(tree: Tree, name: string): Promise<Buffer | undefined> {
  const entry = tree.get(name);
  if (entry?.kind === 'link') throw buildFailed(`${name} is a link: it must be a file`);
  if (entry && entry.size > MOST_TEXT) throw buildFailed(`${name} has more than ${MOST_TEXT} bytes`);
  return entry?.read();
}

export function sourcesOf(tree: Tree): Sources {
  return {
    tree,
    async text(name) {
      const entry = tree.get(name);
      if (entry === undefined || entry.kind === 'link') return undefined;
      const most = DECLARATIONS.has(name) ? MOST_DECLARED : MOST_TEXT;
      if (entry.size > most) throw buildFailed(`${name} has more than ${most} bytes`);
      return (await entry.read()).toString();
    },
  };
}

interface Checking {
  readonly sources: Sources;
  readonly command: string | undefined;
}

async function checkHandler(
  process: DeclaredProcess,
  language: Detected['language'],
  { sources, command }: Checking,
): Promise<void> {
  const { handler } = process;
  if (language.handlerFiles && !language.hasHandler?.(sources.tree, handler)) {
    const made = command === undefined ? '' : `, also after \`${command}\``;
    throw process.refuse(`${handler}: there is no ${language.handlerFiles(handler)}${made}`);
  }
  await language.check?.(sources, handler);
}

interface Coding {
  readonly found: readonly Detected[];
  readonly exclude: readonly string[];
}

/** The code of each process: one zip for all that are written in the same language for the same runtime, programs one each. */
async function codesOf(job: Job, sources: Sources, { found, exclude }: Coding): Promise<Map<string, ProcessCode>> {
  const codes = new Map<string, ProcessCode>();
  const groups = Map.groupBy(found, ({ language, runtime }) => `${language.name} ${runtime.name}`);
  for (const group of groups.values()) {
    const { language, runtime } = group[0]!;
    const dependencies = await installDependencies(job, { language, runtime, sources, dev: false });
    const handlers = [...new Set(group.map(({ process }) => process.handler))];
    const zips = language.compile
      ? await compilePrograms(job, { sources, dependencies, compile: language.compile, runtime, handlers })
      : new Map([[undefined, await codeParts(job, { group, sources, exclude, dependencies })]]);
    const packed = new Map<string | undefined, ProcessCode>();
    for (const [handler, parts] of zips) packed.set(handler, await pack(job, parts));
    for (const { process } of group) codes.set(process.name, packed.get(language.compile && process.handler)!);
  }
  return codes;
}

interface Group {
  readonly group: readonly Detected[];
  readonly sources: Sources;
  readonly exclude: readonly string[];
  readonly dependencies: Dependencies;
}

/** Code that several processes share: the source beside its dependencies, or what is made of both. */
async function codeParts(job: Job, { group, sources, exclude, dependencies }: Group): Promise<readonly ZipPart[]> {
  const { language, runtime } = group[0]!;
  const processes = group.map(({ process }) => process);
  const { assemble: assembly } = language;
  const made = assembly && (await assemble(job, { assembly, sources, dependencies, runtime, processes }));
  if (!made) return [await sourcePart(job, sources.tree, { exclude, dependencies }), ...dependencies.parts];
  return exclude.length === 0 ? [made] : [await sourcePart(job, unpacked(made), { exclude, dependencies: NOTHING })];
}

const NOTHING: Dependencies = { parts: [], tree: new Map() };

/** Files between two turns of the event loop: patterns are of users. */
const JUDGED_AT_ONCE = 50;

/** The application's own files, without what was left out and what is installed anew. */
async function sourcePart(
  { workshop, closing, signal }: Job,
  tree: Tree,
  { exclude, dependencies }: { readonly exclude: readonly string[]; readonly dependencies: Dependencies },
): Promise<ZipPart> {
  const file = await openNameless(workshop.directory, workshop.ids);
  closing.push(() => file.close());
  const { replaces, spent } = dependencies;
  let judged = 0;
  const patterns = exclude.map(compilePathPattern);
  const left: TreeEntry[] = [];
  for (const entry of tree.values()) {
    if (replaces?.test(entry.path) || spent?.test(entry.path)) continue;
    if (patterns.length > 0 && ++judged % JUDGED_AT_ONCE === 0) await nextTurn(undefined, { signal });
    if (!patterns.some((pattern) => matchesPath(pattern, entry.path))) left.push(entry);
  }
  return writePart(file, left);
}

async function pack({ workshop, line }: Job, parts: readonly ZipPart[]): Promise<ProcessCode> {
  const contents = zipContents(parts);
  const { hash, bytes } = await keepArtifact(workshop, zipOf(parts, contents));
  line(
    `packed ${contents.kept.length} files, ${sizeText(contents.unpacked)} (${sizeText(bytes)} as a zip, ${hash.slice(0, 12)})`,
  );
  return { kind: 'zip', hash, bytes };
}

const sizeText = (bytes: number) => (bytes < MIB / 10 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`);

function processOf(declared: DeclaredProcess, found: readonly Detected[], codes: ReadonlyMap<string, ProcessCode>): Process {
  const { image, refuse, origin: _origin, runtime: _declared, ...process } = declared;
  if (image !== undefined) return { ...process, code: { kind: 'image', uri: image } };
  const runtime = found.find((one) => one.process === declared)?.runtime.name;
  return { ...process, ...(runtime !== undefined && { runtime }), code: codes.get(process.name)! };
}
