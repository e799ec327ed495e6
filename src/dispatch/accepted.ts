import { z } from 'zod';
import { fail, type Reader, type StoredEvent } from '../kernel/index.ts';
import {
  type AcceptedEvent,
  type AcceptedEvents,
  afterToken,
  type EventSources,
  epochMs,
  limitUpTo,
  type Place,
  type RoutedRequest,
} from '../model/index.ts';
import { queueMessages } from './accepted-messages.ts';
import { streamEvents } from './accepted-streams.ts';

/** Events looked at in one call, so that one that finds little ends too. */
const MOST_READ = 5000;
const SLICE = 500;

export interface AcceptedPorts {
  readonly read: Reader;
  readonly followed: readonly string[];
  readonly sources: EventSources;
}

/** What can be listed: topics that are followed, and what mappings poll. */
export function sourceNames({ followed, sources }: Omit<AcceptedPorts, 'read'>): readonly string[] {
  return [...followed, ...Object.keys(sources.streams).sort(), ...(sources.queues ? ['sqs'] : [])];
}

/** Query of `GET /events/accepted`. */
export const acceptedQuery = (ports: Omit<AcceptedPorts, 'read'>) =>
  z.strictObject({
    topic: z.enum(sourceNames(ports)),
    since: epochMs.default(0).describe('epoch ms'),
    until: epochMs.describe('epoch ms, inclusive').optional(),
    type: z.string().optional(),
    limit: limitUpTo(1000, 100),
    after: afterToken,
  });

type Asked = Pick<RoutedRequest<unknown, z.output<ReturnType<typeof acceptedQuery>>>, 'query' | 'place'>;

/** Accepted events of one account in one topic, or of all its streams or queues, newest first, in pages. Throws InvalidRequest. */
export async function acceptedEvents(ports: AcceptedPorts, request: Asked): Promise<AcceptedEvents> {
  const { query, place } = request;
  const { topic, type, since, until = Number.MAX_SAFE_INTEGER - 1, limit, after } = query;
  if (ports.followed.includes(topic)) return eventsOfTopic(ports.read, topic, request);
  const wanted = { since, until, limit, after };
  if (topic === 'sqs') return queueMessages(ports.read, place, wanted);
  const fits = (event: StoredEvent) => type === undefined || event.type === type;
  const { events, next } = await streamEvents(ports.read, { source: ports.sources.streams[topic]!, place }, { ...wanted, fits });
  return { events: events.map(shown), ...(next === undefined ? {} : { next }) };
}

async function eventsOfTopic(read: Reader, topic: string, { query, place }: Asked): Promise<AcceptedEvents> {
  const { since, until = Number.MAX_SAFE_INTEGER, type, limit } = query;
  const { first, next } = await read.bounds(topic, 0);
  const found: AcceptedEvent[] = [];
  let end = Math.min(query.after === undefined ? next : positionAfter(query.after), next);
  const floor = Math.max(first, end - MOST_READ);
  while (end > floor && found.length < limit) {
    const from = Math.max(floor, end - SLICE);
    const events = (await allBetween(read, topic, from, end)).reverse();
    for (const event of events) {
      if (found.length >= limit) break;
      end = event.position;
      if (event.time < since) return { events: found };
      const wanted = event.account === place.account && event.time <= until && (type === undefined || event.type === type);
      if (wanted) found.push(shown(event));
    }
    if (events.length === 0 || found.length < limit) end = from;
  }
  return { events: found, ...(end > first ? { next: String(end) } : {}) };
}

/** The newest event of a topic, or of the account's streams, that fits, among as many as one call looks at in each. */
export async function newestEvent(
  { read, followed, sources }: AcceptedPorts,
  place: Place,
  fits: (event: StoredEvent) => boolean,
): Promise<StoredEvent | undefined> {
  for (const topic of followed) {
    const found = await findRecent(read, topic, fits);
    if (found) return found;
  }
  for (const source of Object.values(sources.streams)) {
    const all = { since: 0, until: Number.MAX_SAFE_INTEGER - 1, limit: 1, fits, after: undefined };
    const [found] = (await streamEvents(read, { source, place }, all)).events;
    if (found) return found;
  }
  return undefined;
}

/** The newest event of a topic that fits, among as many as one call looks at. */
async function findRecent(read: Reader, topic: string, fits: (event: StoredEvent) => boolean): Promise<StoredEvent | undefined> {
  const { first, next } = await read.bounds(topic, 0);
  for (let end = next, floor = Math.max(first, next - MOST_READ); end > floor; ) {
    const from = Math.max(floor, end - SLICE);
    const found = (await allBetween(read, topic, from, end)).findLast(fits);
    if (found) return found;
    end = from;
  }
  return undefined;
}

async function allBetween(read: Reader, topic: string, from: number, end: number): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (let at = from; at < end; ) {
    const page = await read.events(topic, 0, at, end - at);
    const last = page.at(-1);
    if (!last) break;
    all.push(...page.filter(({ position }) => position < end));
    at = last.position + 1;
  }
  return all;
}

function positionAfter(token: string): number {
  if (/^\d{1,15}$/.test(token)) return Number(token);
  throw fail('InvalidRequest', 'after is not a token of this list');
}

function shown({ id, topic, position, time, type, source, subject, cause }: StoredEvent): AcceptedEvent {
  return { id, topic, position, time, type, source, subject, ...(cause === undefined ? {} : { cause }) };
}
