import { isFailure } from '../../kernel/index.ts';
import { commandWords, type DeclaredResource, type EventSource, type Process, type ReleaseChecks } from '../../model/index.ts';
import { checkSource } from '../sources/sources.ts';
import { noDeclaration, parseDeclaration, type ReadDeclaration } from './declaration.ts';
import { handlerFault, MOST_PROCESSES, PROCFILE, type ProcfileLine, parseProcfile } from './procfile.ts';
import { refusedAt, shown } from './refused.ts';
import type { Declaration } from './schema.ts';

/** A process as its repository declares it: all but its code, and its runtime where that follows from the code. */
export interface DeclaredProcess extends Omit<Process, 'code' | 'runtime'> {
  readonly runtime?: string;
  /** REGISTRY/NAME@sha256:…: nothing is built for it. */
  readonly image?: string;
  /** Where its code comes from: an image that is there, a language, the Dockerfile; `either`: a language if there is one for its handler. */
  readonly origin: 'image' | 'language' | 'dockerfile' | 'either';
  /** BuildFailed, naming the place of its handler. */
  readonly refuse: (what: string) => Error;
}

/** All that Procfile and dalamb.toml say. */
export interface Manifest {
  readonly processes: readonly DeclaredProcess[];
  readonly resources: readonly DeclaredResource[];
  readonly checks: ReleaseChecks;
  readonly build: Declaration['build'];
  /** BuildFailed, naming the place of that key. */
  readonly refuse: ReadDeclaration['refuse'];
}

export interface ManifestFiles {
  readonly procfile?: Uint8Array;
  readonly declaration?: Uint8Array;
  /** Whether a Dockerfile lies at the top. */
  readonly dockerfile?: boolean;
}

/** A Dockerfile alone is one process. */
const ONLY = 'web';

const DEFAULTS = { memory: 1024, timeout: 10, ephemeral: 512 } as const;

/** Reads both files; each may be missing, but some process must be named. Throws BuildFailed with file, line and column. */
export function readManifest(files: ManifestFiles): Manifest {
  const read = files.declaration === undefined ? noDeclaration : parseDeclaration(files.declaration);
  const lines = files.procfile === undefined ? [] : parseProcfile(files.procfile);
  const processes = processesOf(lines, read, files.dockerfile ?? false);
  if (processes.length === 0) {
    const what = files.procfile === undefined ? 'there is none' : 'it names no process';
    throw refusedAt({ file: PROCFILE, line: 1, column: 1 }, `${what}: write lines like \`web: index.handler\``);
  }
  const { declaration } = read;
  const names = new Set(processes.map(({ name }) => name));
  checkReferences(read, names);
  return {
    processes,
    resources: resourcesOf(declaration),
    checks: checksOf(declaration),
    build: declaration.build,
    refuse: read.refuse,
  };
}

function checksOf(declaration: Declaration): ReleaseChecks {
  const asked = Object.entries(declaration.functions);
  const events = asked.flatMap(([name, { smoke }]) => (smoke === undefined || smoke === false ? [] : [[name, smoke]]));
  const startsAnyhow = asked.flatMap(([name, { smoke }]) => (smoke === false ? [name] : []));
  return { smoke: Object.fromEntries(events), ...(startsAnyhow.length > 0 && { startsAnyhow }), ...canaryOf(declaration) };
}

function canaryOf({ canary }: Declaration): Pick<ReleaseChecks, 'canary'> {
  if (canary === undefined) return {};
  const { weight, seconds, error_rate: errorRate } = canary;
  return { canary: { weight, seconds, errorRate } };
}

function processesOf(lines: readonly ProcfileLine[], read: ReadDeclaration, dockerfile: boolean): DeclaredProcess[] {
  const { functions } = read.declaration;
  const inFile = new Set(lines.map(({ name }) => name));
  for (const [name, { handler }] of Object.entries(functions)) {
    if (inFile.has(name) && handler !== undefined)
      throw read.refuse(['functions', name, 'handler'], 'the Procfile names its handler already');
    if (!inFile.has(name) && handler === undefined && originOf(name, read, dockerfile) === 'language')
      throw read.refuse(['functions', name], 'the Procfile does not name it, and it has no handler');
    const other = lines.find((line) => line.name !== name && line.name.toLowerCase() === name.toLowerCase());
    if (other) throw read.refuse(['functions', name], `the Procfile calls it ${other.name}`);
  }
  const more = Object.entries(functions).filter(([name]) => !inFile.has(name));
  const all = [
    ...lines.map(({ name, command, line, column }) => ({
      name,
      handler: command,
      refuse: (what: string) => refusedAt({ file: PROCFILE, line, column }, what),
    })),
    ...more.map(([name, { handler = '' }]) => ({
      name,
      handler,
      refuse: (what: string) => read.refuse(['functions', name, 'handler'], what),
    })),
  ];
  if (all.length > MOST_PROCESSES) throw read.refuse(['functions'], `more than ${MOST_PROCESSES} processes`);
  const alone = all.length === 0 && (dockerfile || read.declaration.build.dockerfile !== undefined);
  if (alone) all.push({ name: ONLY, handler: '', refuse: (what) => read.refuse(['build', 'dockerfile'], what) });
  return all.map((one) => processOf(one, read, originOf(one.name, read, dockerfile)));
}

/** What dalamb.toml says of where its code comes from, else what there is. */
function originOf(name: string, { declaration, refuse }: ReadDeclaration, there: boolean): DeclaredProcess['origin'] {
  const { app, build, functions } = declaration;
  const { image, runtime } = functions[name] ?? {};
  if (image !== undefined && runtime !== undefined)
    throw refuse(['functions', name, 'runtime'], 'an image brings its own runtime along');
  if (build.dockerfile !== undefined && app.image !== undefined)
    throw refuse(['build', 'dockerfile'], 'app.image says already what runs');
  if (build.dockerfile !== undefined && app.runtime !== undefined)
    throw refuse(
      ['app', 'runtime'],
      'an image brings its own runtime along: name it at the functions that are not of build.dockerfile',
    );
  if (image !== undefined) return 'image';
  if (runtime !== undefined) return 'language';
  if (app.image !== undefined) return 'image';
  if (build.dockerfile !== undefined) return 'dockerfile';
  return there && app.runtime === undefined ? 'either' : 'language';
}

type Named = Pick<DeclaredProcess, 'name' | 'handler' | 'refuse'>;

function processOf(named: Named, read: ReadDeclaration, found: DeclaredProcess['origin']): DeclaredProcess {
  const { app, functions } = read.declaration;
  const own = functions[named.name];
  const origin = found === 'either' && handlerFault(named.handler) !== undefined ? 'dockerfile' : found;
  const runtime = own?.runtime ?? app.runtime;
  const image = own?.image ?? app.image;
  checkHandler(named, origin);
  return {
    ...named,
    origin,
    ...(origin === 'image' ? { image: image! } : origin === 'language' && runtime !== undefined && { runtime }),
    memoryMiB: own?.memory ?? app.memory ?? DEFAULTS.memory,
    timeoutSeconds: own?.timeout ?? app.timeout ?? DEFAULTS.timeout,
    ephemeralMiB: own?.ephemeral ?? app.ephemeral ?? DEFAULTS.ephemeral,
    ...(own?.concurrency !== undefined && { concurrency: own.concurrency }),
    environment: { ...app.environment, ...own?.environment },
    sources: sourcesOf(named.name, read),
  };
}

/** `File.handler` of a language; the command of an image, which may say nothing. */
function checkHandler({ handler, refuse }: Named, origin: DeclaredProcess['origin']): void {
  if (origin === 'language') {
    const fault = handlerFault(handler);
    if (fault !== undefined) throw refuse(fault);
  } else if (commandWords(handler) === undefined) throw refuse(`${shown(handler)} has a quote without an end`);
}

function sourcesOf(name: string, { declaration, refuse }: ReadDeclaration): readonly EventSource[] {
  const sources: EventSource[] = [];
  const add = (path: readonly (string | number)[], source: EventSource) => {
    if (sources.some((one) => one.source === source.source)) throw refuse(path, `${source.source} runs ${name} already`);
    try {
      checkSource(source.source, source.settings);
    } catch (error) {
      throw isFailure(error) ? refuse(path, error.message) : error;
    }
    sources.push(source);
  };
  for (const [i, { source, where, settings }] of (declaration.functions[name]?.events ?? []).entries())
    add(['functions', name, 'events', i, 'source'], { source, ...(where && { where }), ...(settings && { settings }) });
  for (const [i, route] of declaration.routes.entries())
    if (route.function === name) add(['routes', i, 'route'], { source: `http:${route.route}` });
  for (const [key, schedule] of Object.entries(declaration.schedules))
    if (schedule.function === name) add(['schedules', key, 'schedule'], { source: `schedule:${schedule.schedule}` });
  return sources;
}

function checkReferences({ declaration, refuse }: ReadDeclaration, names: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const [i, { route, function: name }] of declaration.routes.entries()) {
    if (!names.has(name)) throw refuse(['routes', i, 'function'], `there is no process ${name}`);
    if (seen.has(route)) throw refuse(['routes', i, 'route'], `${route} leads to another function already`);
    seen.add(route);
  }
  for (const [key, { function: name }] of Object.entries(declaration.schedules))
    if (!names.has(name)) throw refuse(['schedules', key, 'function'], `there is no process ${name}`);
}

function resourcesOf(declaration: Declaration): readonly DeclaredResource[] {
  const of = (kind: DeclaredResource['kind'], table: Readonly<Record<string, object>>) =>
    Object.entries(table).map(([name, settings]): DeclaredResource => ({ kind, name, settings: { ...settings } }));
  return [
    ...of('bucket', declaration.buckets),
    ...of('table', declaration.tables),
    ...of('queue', declaration.queues),
    ...of('topic', declaration.topics),
    ...of('stream', declaration.streams),
  ];
}
