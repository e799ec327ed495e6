import type { Key, Reader, Store } from '../../kernel/index.ts';
import {
  CHUNK_SPAN_MS,
  compareEvents,
  decodeChunk,
  type LogChunk,
  type LogEvent,
  type LogPlace,
  type LogWalk,
  type LogWalked,
  logChunks,
  type ReadLog,
} from '../../model/index.ts';

/** The port that others read logs through. */
export function createReadLog(store: Store): ReadLog {
  return (walk) => readLog(store.read, walk);
}

/** Chunks looked at in one call: it answers what it has then, and where to go on. */
const CHUNK_BUDGET = 500;

/** Reads events out of chunks that overlap in time. Bounded in work: a page may be short, or empty with a place to go on. */
export async function readLog(read: Reader, walk: LogWalk): Promise<LogWalked> {
  const found: LogEvent[] = [];
  let waiting: LogEvent[] = [];
  let bytes = 0;
  let last: LogPlace | undefined;
  /** Takes what no chunk still to come can precede; true when the answer is full. */
  const settle = (safe: (event: LogEvent) => boolean): boolean => {
    waiting.sort(walk.backwards ? (a, b) => compareEvents(b, a) : compareEvents);
    let taken = 0;
    for (const event of waiting) {
      if (!safe(event)) break;
      if (found.length >= walk.limit || (bytes + event.text.length > walk.maxBytes && found.length > 0)) return true;
      taken++;
      last = event;
      if (walk.matches && !walk.matches(event)) continue;
      found.push(event);
      bytes += event.text.length;
    }
    waiting = waiting.slice(taken);
    return false;
  };
  let looked = 0;
  for await (const chunk of chunks(read, walk)) {
    if (settle(safeBefore(chunk, walk))) return { events: found, next: last };
    if (isBeyond(chunk, walk) && looked++ >= CHUNK_BUDGET) return { events: found, next: edge(chunk, walk) };
    if (mayHold(chunk, walk)) for (const event of eventsOf(chunk, walk)) waiting.push(event);
  }
  return settle(() => true) ? { events: found, next: last } : { events: found };
}

/** What precedes every event of this chunk and of those behind it. */
function safeBefore(chunk: LogChunk, walk: LogWalk): (event: LogEvent) => boolean {
  return walk.backwards ? (event) => event.time > chunk.first + CHUNK_SPAN_MS : (event) => event.time < chunk.first;
}

/** Whether going on at this chunk's edge would be a step forward: those that reach back before the start do not count as work. */
function isBeyond(chunk: LogChunk, walk: LogWalk): boolean {
  if (walk.backwards) return chunk.first + CHUNK_SPAN_MS + 1 < Math.min(walk.to, walk.after?.time ?? walk.to);
  return chunk.first > Math.max(walk.from, walk.after?.time ?? walk.from);
}

function mayHold(chunk: LogChunk, walk: LogWalk): boolean {
  return chunk.last >= walk.from && (walk.backwards || !walk.after || chunk.last >= walk.after.time);
}

/** A place from which a walk that found nothing yet goes on with this chunk. */
function edge(chunk: LogChunk, walk: LogWalk): LogPlace {
  const time = walk.backwards ? chunk.first + CHUNK_SPAN_MS + 1 : chunk.first;
  return { time, stream: '', first: 0, seq: 0, index: 0 };
}

function eventsOf(chunk: LogChunk, walk: LogWalk): LogEvent[] {
  const { stream, first, seq, ingested } = chunk;
  const { times, texts } = decodeChunk(chunk.data);
  const events: LogEvent[] = [];
  for (let index = 0; index < times.length; index++) {
    const time = times[index]!;
    if (time < walk.from || time >= walk.to) continue;
    const event = { time, text: texts[index]!, ingested, stream, first, seq, index };
    const order = walk.after ? compareEvents(event, walk.after) : 0;
    if (walk.after && (walk.backwards ? order >= 0 : order <= 0)) continue;
    events.push(event);
  }
  return events;
}

/** Chunks that may hold such events, by their first time, forwards or backwards. */
async function* chunks(read: Reader, walk: LogWalk): AsyncIterable<LogChunk> {
  const start = (walk.backwards ? walk.from : Math.max(walk.from, walk.after?.time ?? 0)) - CHUNK_SPAN_MS;
  const end = walk.backwards ? Math.min(walk.to, (walk.after?.time ?? Number.MAX_SAFE_INTEGER - 1) + 1) : walk.to;
  const bounds = { from: [Math.max(start, 0)] as Key, to: [Math.min(end, Number.MAX_SAFE_INTEGER)] as Key };
  const where = walk.stream === undefined ? { index: 'time', prefix: [walk.group] } : { prefix: [walk.group, walk.stream] };
  let after: Key | undefined;
  do {
    const range = { ...where, ...bounds, ...(after ? { after } : {}), reverse: walk.backwards, limit: 64 };
    const page = await read.range(logChunks, range);
    yield* page.items;
    after = page.next;
  } while (after);
}
