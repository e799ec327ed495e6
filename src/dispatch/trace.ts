import { fail, type Reader, type StoredEvent } from '../kernel/index.ts';
import {
  type Delivery,
  type DeliveryOutcome,
  deliveries,
  effects,
  outcomes,
  type Trace,
  type TraceDelivery,
  type TraceEvent,
} from '../model/index.ts';
import { findRecent } from './accepted.ts';

const MOST_DELIVERIES = 500;
const MOST_CAUSES = 64;
const PAGE = 100;

type Row = Delivery | DeliveryOutcome;

/** What one account may see: what it caused in others, and what others caused in it, is a row of theirs. */
interface View {
  readonly read: Reader;
  readonly account: string;
}

/**
 * Cause and effect of a delivery, an invocation or an event, by its id: first up to what began it all, then down to everything that came of
 * that. Rejects with NoSuchThing. At most 500 deliveries; then truncated is true.
 */
export async function traceOf(read: Reader, topics: readonly string[], account: string, id: string): Promise<Trace> {
  const view = { read, account };
  const start = (await rowOf(view, id)) ?? (await rowsOfEvent(view, id))[0];
  const caused = await effectsOf(view, id);
  if (!start && caused.length === 0) {
    const unmatched = await lastEvent(view, topics, id);
    if (unmatched) return { id, events: [{ ...eventShown(placeOf(unmatched), unmatched), deliveries: [] }], truncated: false };
    throw fail('NoSuchThing', `no delivery, invocation or event ${id} is known; they are kept for seven days`, { status: 404 });
  }
  const root = start ? await rootOf(view, start) : { invocation: id };
  const budget = { left: MOST_DELIVERIES };
  const seen = new Set<string>();
  const events =
    'invocation' in root
      ? await eventsCausedBy(view, root.invocation, budget, seen)
      : [await branchOf(view, root.row, await rowsOfEvent(view, root.row.event), { budget, seen })];
  return { id, ...('invocation' in root ? { invocation: root.invocation } : {}), events, truncated: budget.left <= 0 };
}

/** An event that nobody wanted has no delivery that would lead to it: it is looked for among the latest of each topic. */
async function lastEvent({ read, account }: View, topics: readonly string[], id: string): Promise<StoredEvent | undefined> {
  for (const topic of topics) {
    const found = await findRecent(read, topic, (event) => event.id === id && event.account === account);
    if (found) return found;
  }
  return undefined;
}

function placeOf({ id: event, topic, lane, position, time: acceptedAt }: StoredEvent) {
  return { event, topic, lane, position, acceptedAt };
}

/** The first delivery of the chain, or the synchronous invocation that began it. */
async function rootOf(view: View, start: Row): Promise<{ row: Row } | { invocation: string }> {
  let row = start;
  for (let up = 0; up < MOST_CAUSES; up++) {
    const cause = ('cause' in row ? row.cause : undefined) ?? (await eventOf(view, row))?.cause;
    if (cause === undefined || cause === row.id) return { row };
    const above = await rowOf(view, cause);
    if (!above) return { invocation: cause };
    row = above;
  }
  return { row };
}

interface Walk {
  readonly budget: { left: number };
  readonly seen: Set<string>;
}

async function branchOf(view: View, sample: Row, rows: readonly Row[], { budget, seen }: Walk): Promise<TraceEvent> {
  const event = await eventOf(view, sample);
  const made: TraceDelivery[] = [];
  for (const row of rows.length ? rows : [sample]) {
    if (seen.has(row.id) || budget.left <= 0) continue;
    seen.add(row.id);
    budget.left -= 1;
    made.push({ ...deliveryShown(row), caused: await eventsCausedBy(view, row.id, budget, seen) });
  }
  return { ...eventShown(sample, event), deliveries: made };
}

async function eventsCausedBy(
  view: View,
  cause: string,
  budget: Walk['budget'],
  seen: Set<string>,
): Promise<readonly TraceEvent[]> {
  const byEvent = new Map<string, Row[]>();
  for (const id of await effectsOf(view, cause)) {
    const row = id === cause ? undefined : await rowOf(view, id);
    if (row) byEvent.set(row.event, [...(byEvent.get(row.event) ?? []), row]);
  }
  const events: TraceEvent[] = [];
  for (const rows of byEvent.values()) events.push(await branchOf(view, rows[0]!, rows, { budget, seen }));
  return events;
}

async function effectsOf({ read, account }: View, cause: string): Promise<string[]> {
  const { items } = await read.range(effects, { prefix: [cause], limit: PAGE });
  return items.filter((one) => one.account === account).map(({ effect }) => effect);
}

async function rowOf({ read, account }: View, id: string): Promise<Row | undefined> {
  const row: Row | undefined = (await read.get(deliveries, [id])) ?? (await read.get(outcomes, [id]));
  return row?.account === account ? row : undefined;
}

async function rowsOfEvent({ read, account }: View, event: string): Promise<Row[]> {
  const of = { index: 'event', prefix: [event], limit: PAGE };
  const rows: Row[] = [...(await read.range(deliveries, of)).items, ...(await read.range(outcomes, of)).items];
  return rows.filter((row) => row.account === account);
}

async function eventOf({ read }: View, { topic, lane, position }: Row): Promise<StoredEvent | undefined> {
  if (position === 0) return undefined;
  const [event] = await read.events(topic, lane, position, 1);
  return event?.position === position ? event : undefined;
}

function eventShown(
  row: Pick<Row, 'event' | 'topic' | 'lane' | 'position' | 'acceptedAt'>,
  event: StoredEvent | undefined,
): Omit<TraceEvent, 'deliveries'> {
  const { topic, lane, position } = row;
  const kept = event && { type: event.type, source: event.source, subject: event.subject };
  return { id: row.event, topic, lane, position, time: event?.time ?? row.acceptedAt, ...kept };
}

function deliveryShown(row: Row): Omit<TraceDelivery, 'caused'> {
  const { id, subscriber, target, attempts, replay } = row;
  const common = { id, subscriber, target, attempts, ...(replay === undefined ? {} : { replay }) };
  if (!('kind' in row))
    return { ...common, state: 'in-flight', ...(row.lastError === undefined ? {} : { error: row.lastError }) };
  const { kind: state, reason, error, deadLetter, time } = row;
  return {
    ...common,
    state,
    reason,
    time,
    ...(error === undefined ? {} : { error }),
    ...(deadLetter === undefined ? {} : { deadLetter }),
  };
}
