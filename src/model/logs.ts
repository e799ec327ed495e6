import { collection } from '../kernel/index.ts';

/** What a log line costs besides its bytes (spec/backends.md §9). */
export const EVENT_OVERHEAD = 26;

/** A log group; read and written by services/logs and by observe. */
export interface LogGroup {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** A group that was made again has another. */
  readonly id: string;
  /** Epoch ms. */
  readonly created: number;
  readonly retentionDays?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Grows when a stream is deleted: whoever remembers streams of this group looks again. */
  readonly deletions: number;
  readonly storedBytes: number;
  /** At most two, in the order of their names. */
  readonly subscriptions?: readonly LogSubscription[];
  /** At most a hundred, in the order of their names. */
  readonly metricFilters?: readonly MetricFilter[];
}

/** A subscription filter; kept in the row of its group, which every writer reads anyway (spec/backends.md §9). */
export interface LogSubscription {
  readonly name: string;
  readonly pattern: string;
  /** ARN of a function or stream. */
  readonly destination: string;
  /** Of a stream: who puts into it. */
  readonly role?: string;
  readonly distribution: 'ByLogStream' | 'Random';
  /** Epoch ms. */
  readonly created: number;
}

/** Makes values of a metric out of lines; kept in the row of the group too. */
export interface MetricFilter {
  readonly name: string;
  readonly pattern: string;
  readonly namespace: string;
  readonly metric: string;
  /** A number, or what is read out of the line: `$.ms`, `$ms`. */
  readonly value: string;
  readonly unit?: string;
  /** Name of a dimension → what is read out of the line. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly created: number;
}

export interface LogStreamRow {
  /** Id of the group. */
  readonly group: string;
  readonly name: string;
  /** 16 hex digits; a stream that was made again has another. */
  readonly id: string;
  readonly created: number;
  /** Written some seconds late, as on AWS. */
  readonly firstEvent?: number;
  /** 0 while there is none. */
  readonly lastEvent: number;
  readonly lastIngestion?: number;
}

/** Many events of one stream (log-chunk.ts). */
export interface LogChunk {
  /** Id of the group. */
  readonly group: string;
  readonly stream: string;
  readonly first: number;
  /** Grows with every chunk that one process writes; tells apart chunks that begin in the same millisecond. */
  readonly seq: number;
  readonly last: number;
  readonly ingested: number;
  readonly data: Uint8Array;
}

/** Rows of a deleted group or stream that wait for the sweep. */
export interface LogGrave {
  readonly id: string;
  /** Empty: the whole group. */
  readonly stream: string;
}

export const logGroups = collection<LogGroup>({ name: 'logs.groups', key: ['account', 'region', 'name'] });

export const logStreams = collection<LogStreamRow>({
  name: 'logs.streams',
  key: ['group', 'name'],
  integers: ['lastEvent'],
  indexes: [{ name: 'recent', fields: ['group', 'lastEvent'] }],
});

export const logChunks = collection<LogChunk>({
  name: 'logs.chunks',
  key: ['group', 'stream', 'first', 'seq'],
  integers: ['first', 'seq'],
  indexes: [{ name: 'time', fields: ['group', 'first'] }],
  bytes: 'data',
});

export const logGraves = collection<LogGrave>({ name: 'logs.graves', key: ['id', 'stream'] });

export function newGroup(place: { account: string; region: string }, name: string, id: string, now: number): LogGroup {
  return { account: place.account, region: place.region, name, id, created: now, tags: {}, deletions: 0, storedBytes: 0 };
}

export function newStream(group: string, name: string, id: string, now: number): LogStreamRow {
  return { group, name, id, created: now, lastEvent: 0 };
}

/** One event with its place in the total order of its group: time, then stream, first, seq, index. */
export interface LogEvent {
  readonly time: number;
  readonly text: string;
  readonly ingested: number;
  readonly stream: string;
  readonly first: number;
  readonly seq: number;
  readonly index: number;
}

/** A place between events; the fields that are there compare as LogEvent's. */
export type LogPlace = Pick<LogEvent, 'time' | 'stream' | 'first' | 'seq' | 'index'>;

export function compareEvents(a: LogPlace, b: LogPlace): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return a.first - b.first || a.seq - b.seq || a.index - b.index;
}

/** AWS's form of an event id: 56 decimal digits, unique, ascending with time. */
export function eventId(event: LogEvent): string {
  const stream = BigInt(`0x${event.stream}`).toString().padStart(20, '0');
  return `${String(event.time).padStart(14, '0')}${String(event.seq).padStart(16, '0')}${String(event.index).padStart(6, '0')}${stream}`;
}

/** A walk through the events of a group, or of one stream, in the order of time. */
export interface LogWalk {
  /** Id of the group, and of the stream. */
  readonly group: string;
  readonly stream?: string;
  /** Epoch ms; from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  /** Only events behind this place (before it, backwards). */
  readonly after?: LogPlace;
  readonly backwards: boolean;
  /** Events that count; when enough are found the walk ends. */
  readonly limit: number;
  /** Size of an answer, in UTF-16 units of text. */
  readonly maxBytes: number;
  readonly matches?: (event: LogEvent) => boolean;
}

export interface LogWalked {
  /** In the order walked. */
  readonly events: readonly LogEvent[];
  /** Where to go on; absent when the walk came to its end. A page may be empty and have it. */
  readonly next?: LogPlace;
}

/** A place as text for tokens, and back; undefined for what is none. */
export function placeToken(place: LogPlace): string {
  return [place.time, place.stream, place.first, place.seq, place.index].join('.');
}

export function readPlace(token: string): LogPlace | undefined {
  const found = /^(\d{1,16})\.([0-9a-f]{0,16})\.(\d{1,16})\.(\d{1,16})\.(\d{1,10})$/.exec(token);
  if (!found) return undefined;
  const [time, first, seq, index] = [found[1], found[3], found[4], found[5]].map(Number) as [number, number, number, number];
  return { time, stream: found[2]!, first, seq, index };
}
