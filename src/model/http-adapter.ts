/**
 * How a plain HTTP server becomes a function: the platform speaks HTTP to it. Settings are those of AWS Lambda Web Adapter, by its documented
 * names, so that what was made for it runs; DALAMB_ADAPTER=http switches it on.
 */
export interface AdapterSettings {
  readonly port: number;
  readonly readiness: {
    readonly port: number;
    readonly path: string;
    readonly protocol: 'http' | 'tcp';
    /** Statuses that say that it is ready. */
    readonly healthy: readonly StatusRange[];
  };
  /** Where events go that are no HTTP requests. */
  readonly passThroughPath: string;
  /** Taken off the beginning of each path. */
  readonly basePath: string;
  /** Statuses that make an invocation fail; undefined: those from 400 up, of events that are no HTTP requests only. */
  readonly errorStatuses: readonly StatusRange[] | undefined;
  /** A header whose value becomes Authorization's. */
  readonly authorizationSource: string | undefined;
  /** A server that needs more than the time of the init phase goes on starting in its first invocation. */
  readonly asyncInit: boolean;
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

type Variables = Readonly<Record<string, string>>;

/** Whether these variables ask for the adapter. */
export function asksForAdapter(variables: Variables): boolean {
  return variables.DALAMB_ADAPTER !== undefined && variables.DALAMB_ADAPTER !== '' && variables.DALAMB_ADAPTER !== 'off';
}

const PREFIX = 'AWS_LWA_';
/** The same under the names that the adapter had first. */
const OLD_NAMES: ReadonlySet<string> = new Set([
  'PORT',
  'READINESS_CHECK_PORT',
  'READINESS_CHECK_PATH',
  'READINESS_CHECK_PROTOCOL',
  'READINESS_CHECK_MIN_UNHEALTHY_STATUS',
  'REMOVE_BASE_PATH',
  'ASYNC_INIT',
]);
const KNOWN: ReadonlySet<string> = new Set([
  ...OLD_NAMES,
  'READINESS_CHECK_HEALTHY_STATUS',
  'PASS_THROUGH_PATH',
  'ERROR_STATUS_CODES',
  'AUTHORIZATION_SOURCE',
]);
/** Settings that are known, with the values that change nothing. */
const INERT: Readonly<Record<string, RegExp>> = {
  HOST: /^(127\.0\.0\.1|localhost)$/,
  INVOKE_MODE: /^buffered$/i,
  ENABLE_COMPRESSION: /^false$/i,
  ENABLE_TLS: /^false$/i,
};

/** The settings, or why they cannot be followed, naming the variable: none is accepted and left out. */
export function adapterSettings(variables: Variables): AdapterSettings | string {
  const mode = variables.DALAMB_ADAPTER ?? 'http';
  if (mode !== 'http') return `DALAMB_ADAPTER is ${JSON.stringify(mode)}: http is the only one`;
  const refused = Object.keys(variables).find(
    (name) => name.startsWith(PREFIX) && !accepted(name.slice(PREFIX.length), variables),
  );
  if (refused !== undefined) return `${refused}=${variables[refused]} is not implemented`;
  const value = (name: string) => variables[PREFIX + name] ?? (OLD_NAMES.has(name) ? variables[name] : undefined);
  const port = portOf(value('PORT') ?? '8080');
  const readinessPort = portOf(value('READINESS_CHECK_PORT') ?? String(port));
  const protocol = (value('READINESS_CHECK_PROTOCOL') ?? 'http').toLowerCase();
  const least = Number(value('READINESS_CHECK_MIN_UNHEALTHY_STATUS') ?? 500);
  const healthy = rangesOf(value('READINESS_CHECK_HEALTHY_STATUS') ?? `100-${least - 1}`);
  const errors = value('ERROR_STATUS_CODES');
  const errorStatuses = errors === undefined ? undefined : rangesOf(errors);
  if (port === undefined) return `PORT=${value('PORT')} is no port`;
  if (readinessPort === undefined) return `READINESS_CHECK_PORT=${value('READINESS_CHECK_PORT')} is no port`;
  const asyncInit = (value('ASYNC_INIT') ?? 'false').toLowerCase();
  if (protocol !== 'http' && protocol !== 'tcp') return `READINESS_CHECK_PROTOCOL=${protocol} is neither http nor tcp`;
  if (!healthy) return 'the statuses of the readiness check cannot be read: 200-399,404';
  if (asyncInit !== 'true' && asyncInit !== 'false') return `ASYNC_INIT=${value('ASYNC_INIT')} is neither true nor false`;
  if (errors !== undefined && !errorStatuses) return `${PREFIX}ERROR_STATUS_CODES=${errors} cannot be read: 500,502-504`;
  return {
    port,
    readiness: { port: readinessPort, path: absolute(value('READINESS_CHECK_PATH') ?? '/'), protocol, healthy },
    passThroughPath: absolute(value('PASS_THROUGH_PATH') ?? '/events'),
    basePath: absolute((value('REMOVE_BASE_PATH') ?? '').replace(/\/+$/, '')).replace(/^\/$/, ''),
    errorStatuses,
    authorizationSource: value('AUTHORIZATION_SOURCE')?.toLowerCase(),
    asyncInit: asyncInit === 'true',
  };
}

function accepted(name: string, variables: Variables): boolean {
  return KNOWN.has(name) || (INERT[name]?.test(variables[PREFIX + name] ?? '') ?? false);
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

const absolute = (path: string) => printable(path.startsWith('/') ? path : `/${path}`);

/** `500`, `200-399,404`; undefined for anything else. */
function rangesOf(text: string): readonly StatusRange[] | undefined {
  const ranges = text.split(',').map((part) => /^\s*(\d{3})(?:-(\d{3}))?\s*$/.exec(part));
  if (ranges.includes(null)) return undefined;
  return ranges.map((match) => ({ from: Number(match![1]), to: Number(match![2] ?? match![1]) }));
}

export function inRanges(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(({ from, to }) => from <= status && status <= to);
}

/** What may not stand in the first line of a request, percent-encoded. */
export function printable(target: string): string {
  return target.replace(/[^\x21-\x7e]/gu, (character) =>
    [...new TextEncoder().encode(character.isWellFormed() ? character : '\ufffd')]
      .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
      .join(''),
  );
}
