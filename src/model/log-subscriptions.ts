import type { EventInput } from '../kernel/index.ts';
import { parseArn } from './arns.ts';
import { compileLogFilter, type LogFilter } from './log-filter.ts';
import { extractLogFields, type LogFields } from './log-filter-fields.ts';
import { eventId, type LogEvent, type LogGroup, type LogSubscription } from './logs.ts';
import type { PutCaller } from './targets.ts';

/** Lines of one stream that a subscription filter selected. */
export interface LogBatch {
  /** Account of the group. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly filter: Pick<LogSubscription, 'name' | 'destination' | 'role' | 'distribution'>;
  readonly logEvents: readonly SubscribedLine[];
}

/** As functions get it (spec/event-sources.md §4). */
interface SubscribedLine {
  readonly id: string;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly message: string;
  readonly extractedFields?: Readonly<Record<string, string>>;
}

/** What was written to one stream of a group just now. */
export interface WrittenLines {
  readonly group: LogGroup;
  /** Name of the stream. */
  readonly stream: string;
  readonly events: readonly LogEvent[];
  readonly now: number;
  /** The invocation that wrote them, if one is known. */
  readonly cause?: string | undefined;
}

/** Text of one event, in UTF-16 units: compressed it fits into an invocation and a record. */
const BATCH_TEXT = 256 * 1024;

/** The events that tell of lines which subscription filters of their group selected; one filter after the other, in the order of the lines. */
type SelectLines = (written: WrittenLines) => readonly EventInput[];

/** Patterns are compiled once, as long as there are not too many. */
export function createSelectLines(): SelectLines {
  const pattern = rememberedPatterns();
  return (written) =>
    (written.group.subscriptions ?? []).flatMap((subscription) => {
      const { matches, fields } = pattern(subscription.pattern);
      const lines: SubscribedLine[] = [];
      for (const event of written.events) {
        const text = event.text.trimEnd();
        if (!matches(text)) continue;
        const extractedFields = fields?.(text);
        const line = { id: eventId(event), timestamp: event.time, message: event.text };
        lines.push(extractedFields ? { ...line, extractedFields } : line);
      }
      return batches(lines).map((logEvents) => eventOf(written, subscription, logEvents));
    });
}

interface Pattern {
  readonly matches: LogFilter;
  readonly fields: LogFields | undefined;
}

const MOST_PATTERNS = 500;

function rememberedPatterns(): (text: string) => Pattern {
  const known = new Map<string, Pattern>();
  return (text) => {
    const found = known.get(text);
    if (found) return found;
    if (known.size >= MOST_PATTERNS) known.clear();
    const made = { matches: compileLogFilter(text), fields: extractLogFields(text) };
    known.set(text, made);
    return made;
  };
}

function batches(lines: readonly SubscribedLine[]): readonly (readonly SubscribedLine[])[] {
  const all: SubscribedLine[][] = [];
  let size = BATCH_TEXT;
  for (const line of lines) {
    if (size + line.message.length > BATCH_TEXT) {
      all.push([]);
      size = 0;
    }
    all.at(-1)!.push(line);
    size += line.message.length + 100;
  }
  return all;
}

function eventOf(
  { group, stream, now, cause }: WrittenLines,
  { name, destination, role, distribution }: LogSubscription,
  logEvents: readonly SubscribedLine[],
): EventInput {
  const { account, region } = group;
  const filter = { name, destination, ...(role === undefined ? {} : { role }), distribution };
  const body: LogBatch = { owner: account, logGroup: group.name, logStream: stream, filter, logEvents };
  return {
    id: `${logEvents[0]!.id}-${name}`,
    type: 'LogEventsSelected',
    source: 'logs',
    subject: subscriptionSource({ account, region, name: group.name }),
    ...{ account, region, time: now, body },
    ...(cause === undefined ? {} : { cause }),
  };
}

/** The ARN by which a group's subscriptions ask for permission. */
export function subscriptionSource({ account, region, name }: Pick<LogGroup, 'account' | 'region' | 'name'>): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}:*`;
}

/** A function may let either of them in. */
export function subscriptionCallers(sourceArn: string): readonly Extract<PutCaller, { service: string }>[] {
  const { region = '', account: sourceAccount = '' } = parseArn(sourceArn) ?? {};
  return [`logs.${region}.amazonaws.com`, 'logs.amazonaws.com'].map((service) => ({ service, sourceArn, sourceAccount }));
}

/** What destinations get of a batch: this as JSON, compressed with gzip (spec/event-sources.md §4). */
export function subscriptionMessage({ owner, logGroup, logStream, filter, logEvents }: LogBatch): object {
  return { messageType: 'DATA_MESSAGE', owner, logGroup, logStream, subscriptionFilters: [filter.name], logEvents };
}

/** What a stream gets when it becomes a destination. */
export function controlMessage(timestamp: number): object {
  const message = 'CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.';
  return {
    messageType: 'CONTROL_MESSAGE',
    ...{ owner: 'CloudwatchLogs', logGroup: '', logStream: '', subscriptionFilters: [] },
    logEvents: [{ id: '', timestamp, message }],
  };
}

/**
 * The invocation that wrote these lines: the last that they name. Undefined for streams of other writers, whose lines may name anything.
 */
export function causeOfLines(stream: string, joined: string): string | undefined {
  if (!/^\d{4}\/\d\d\/\d\d\/.*\[[^\]]+\][0-9a-f]{32}$/.test(stream)) return undefined;
  let cause: string | undefined;
  for (const found of joined.matchAll(/(?:RequestId: |"requestId":")([0-9a-f-]{36})\b/g)) cause = found[1];
  return cause;
}
