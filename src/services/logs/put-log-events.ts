import type { PutLogEventsRequest, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Transaction } from '../../kernel/index.ts';
import {
  CHUNK_SPAN_MS,
  createReadLines,
  EVENT_OVERHEAD,
  encodeChunk,
  type LogGroup,
  type LogStreamRow,
  logChunks,
  logStreams,
  logTopic,
  type Operation,
  worthReading,
} from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { SEQUENCE_TOKEN } from './describe-rows.ts';
import { groupNamed, invalid, streamNamed } from './found.ts';

interface Event {
  readonly time: number;
  readonly text: string;
}

const DAY = 86_400_000;
const MAX_BATCH = 1_048_576;

function checkBatch(events: readonly Event[]): void {
  if (events.some((event, i) => i > 0 && event.time < events[i - 1]!.time)) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  const size = events.reduce((sum, event) => sum + Buffer.byteLength(event.text) + EVENT_OVERHEAD, 0);
  if (size > MAX_BATCH) throw invalid(`Upload too large: ${size} bytes exceeds limit of ${MAX_BATCH}`);
  if (events.length > 0 && events.at(-1)!.time - events[0]!.time > DAY) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
}

/** Events that are too old or too new are left out, and said by their indexes. */
function sortOut(events: readonly Event[], now: number, retentionDays = Number.POSITIVE_INFINITY) {
  const expired = events.filter((event) => event.time < now - retentionDays * DAY).length;
  const tooOld = events.filter((event) => event.time < now - 14 * DAY).length;
  const tooNew = events.findIndex((event) => event.time > now + 2 * 3_600_000);
  const kept = events.slice(Math.max(expired, tooOld), tooNew < 0 ? undefined : tooNew);
  if (kept.length === events.length) return { kept };
  const rejected = {
    ...(tooNew < 0 ? {} : { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld === 0 ? {} : { tooOldLogEventEndIndex: tooOld }),
    ...(expired === 0 ? {} : { expiredLogEventEndIndex: expired }),
  };
  return { kept, rejected };
}

interface Into {
  readonly group: LogGroup;
  readonly stream: LogStreamRow;
  readonly now: number;
  readonly cause?: string | undefined;
  readonly nextSeq: (now: number) => number;
  readonly readLines: ReturnType<typeof createReadLines>;
  readonly recordMetrics: LogsDeps['recordMetrics'];
}

async function store(tx: Transaction, into: Into, events: readonly Event[]): Promise<void> {
  const { group, stream, now, nextSeq } = into;
  for (let start = 0; start < events.length; ) {
    const first = events[start]!.time;
    const rest = events.slice(start);
    const cut = rest.findIndex((event) => event.time - first > CHUNK_SPAN_MS);
    const part = cut < 0 ? rest : rest.slice(0, cut);
    let seq = nextSeq(now);
    while (await tx.get(logChunks, [group.id, stream.id, first, seq])) seq = nextSeq(now);
    const texts = part.map((event) => event.text);
    const data = encodeChunk(
      part.map((event) => event.time),
      texts.map((text) => text.length),
      texts.join(''),
    );
    await tx.put(logChunks, { group: group.id, stream: stream.id, first, seq, last: part.at(-1)!.time, ingested: now, data });
    if (worthReading(group, texts.join(''))) await tell(tx, into, part, seq);
    start += part.length;
  }
  const [first, last] = [events[0]!.time, events.at(-1)!.time];
  await tx.put(logStreams, {
    ...stream,
    firstEvent: Math.min(stream.firstEvent ?? first, first),
    lastEvent: Math.max(stream.lastEvent, last),
    lastIngestion: now,
  });
}

/** What lines say to others goes into the transaction that stores them. */
async function tell(tx: Transaction, into: Into, part: readonly Event[], seq: number): Promise<void> {
  const { group, stream, now, cause, readLines, recordMetrics } = into;
  const place = { stream: stream.id, first: part[0]!.time, seq, ingested: now };
  const events = part.map((event, index) => ({ ...event, ...place, index }));
  const told = readLines({ group, stream: stream.name, events, now, cause });
  for (const event of told.events) await tx.append(logTopic.name, 0, event);
  if (told.metrics.length > 0) await recordMetrics?.(tx, told.metrics, now);
}

/** Odd numbers that grow over restarts too; the platform's own writer takes the even ones. */
function oddSequence(): (now: number) => number {
  let seq = 1;
  return (now) => {
    seq = Math.max(seq + 2, now * 1024 + 1);
    return seq;
  };
}

/** PutLogEvents (spec/backends.md §9). */
export function putLogEvents(deps: LogsDeps): Operation<PutLogEventsRequest, PutLogEventsResponse> {
  const nextSeq = oddSequence();
  const readLines = createReadLines();
  return async (input, context) => {
    const events = input.logEvents!.map((event) => ({ time: event.timestamp!, text: event.message! }));
    checkBatch(events);
    const rejected = await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      const stream = await streamNamed(tx, group, input.logStreamName!);
      const sorted = sortOut(events, context.now, group.retentionDays);
      const into = {
        group,
        stream,
        now: context.now,
        cause: context.cause,
        nextSeq,
        readLines,
        recordMetrics: deps.recordMetrics,
      };
      if (sorted.kept.length > 0) await store(tx, into, sorted.kept);
      return sorted.rejected;
    });
    return { nextSequenceToken: SEQUENCE_TOKEN, ...(rejected ? { rejectedLogEventsInfo: rejected } : {}) };
  };
}
