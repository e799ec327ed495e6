import { isFailure } from '../../kernel/index.ts';
import type { DeclaredResource, EventSource, Process, ReleaseChecks } from '../../model/index.ts';
import { checkSource } from '../sources/sources.ts';
import { noDeclaration, parseDeclaration, type ReadDeclaration } from './declaration.ts';
import { handlerFault, MOST_PROCESSES, PROCFILE, type ProcfileLine, parseProcfile } from './procfile.ts';
import { refusedAt } from './refused.ts';
import type { Declaration } from './schema.ts';

/** A process as its repository declares it: all but its code, and its runtime where that follows from the code. */
export interface DeclaredProcess extends Omit<Process, 'code' | 'runtime'> {
  readonly runtime?: string;
  /** REGISTRY/NAME@sha256:…: nothing is built for it. */
  readonly image?: string;
  /** BuildFailed, naming the place of its handler. */
  readonly refuse: (what: string) => Error;
}

/** All that Procfile and dalamb.toml say. */
export interface Manifest {
  readonly processes: readonly DeclaredProcess[];
  readonly resources: readonly DeclaredResource[];
  readonly checks: ReleaseChecks;
  readonly build: Declaration['build'];
}

const DEFAULTS = { memory: 1024, timeout: 10, ephemeral: 512 } as const;

/** Reads both files; each may be missing, but some process must be named. Throws BuildFailed with file, line and column. */
export function readManifest(files: { readonly procfile?: Uint8Array; readonly declaration?: Uint8Array }): Manifest {
  const read = files.declaration === undefined ? noDeclaration : parseDeclaration(files.declaration);
  const lines = files.procfile === undefined ? [] : parseProcfile(files.procfile);
  const processes = processesOf(lines, read);
  if (processes.length === 0)
    throw refusedAt({ file: PROCFILE, line: 1, column: 1 }, 'it names no process: write lines like `web: index.handler`');
  const { declaration } = read;
  const names = new Set(processes.map(({ name }) => name));
  checkReferences(read, names);
  return {
    processes,
    resources: resourcesOf(declaration),
    checks: checksOf(declaration),
    build: declaration.build,
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

function processesOf(lines: readonly ProcfileLine[], read: ReadDeclaration): DeclaredProcess[] {
  const { functions } = read.declaration;
  const inFile = new Set(lines.map(({ name }) => name));
  for (const [name, { handler }] of Object.entries(functions)) {
    if (inFile.has(name) && handler !== undefined)
      throw read.refuse(['functions', name, 'handler'], 'the Procfile names its handler already');
    if (!inFile.has(name) && handler === undefined)
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
  return all.map((one) => processOf(one, read));
}

function processOf(named: Pick<DeclaredProcess, 'name' | 'handler' | 'refuse'>, read: ReadDeclaration): DeclaredProcess {
  const { app, functions } = read.declaration;
  const own = functions[named.name];
  const image = own?.image ?? (own?.runtime === undefined ? app.image : undefined);
  const runtime = own?.runtime ?? app.runtime;
  if (own?.image !== undefined && own.runtime !== undefined)
    throw read.refuse(['functions', named.name, 'runtime'], 'an image brings its own runtime along');
  const fault = image === undefined ? handlerFault(named.handler) : undefined;
  if (fault !== undefined) throw named.refuse(fault);
  return {
    ...named,
    ...(image !== undefined ? { image } : runtime !== undefined && { runtime }),
    memoryMiB: own?.memory ?? app.memory ?? DEFAULTS.memory,
    timeoutSeconds: own?.timeout ?? app.timeout ?? DEFAULTS.timeout,
    ephemeralMiB: own?.ephemeral ?? app.ephemeral ?? DEFAULTS.ephemeral,
    ...(own?.concurrency !== undefined && { concurrency: own.concurrency }),
    environment: { ...app.environment, ...own?.environment },
    sources: sourcesOf(named.name, read),
  };
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
