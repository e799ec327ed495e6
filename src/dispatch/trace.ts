import { type Collection, fail, type Range, type Reader, type StoredEvent } from '../kernel/index.ts';
import {
  type Delivery,
  type DeliveryOutcome,
  deliveries,
  effects,
  type HeldBatch,
  namedRecord,
  outcomes,
  type Trace,
  type TraceDelivery,
  type TraceEvent,
} from '../model/index.ts';
import { type FoundRecord, findRecord, type RecordPorts } from './trace-records.ts';

const MOST_DELIVERIES = 500;
const MOST_CAUSES = 64;
/** Rows of one index that are looked at for those of the account. */
const MOST_READ = 20_000;
const PAGE = 1000;

type Row = Delivery | DeliveryOutcome | HeldBatch;

export interface TracePorts {
  readonly read: Reader;
  /** The newest event that fits among the latest: one that nobody wanted has no delivery that would lead to it. */
  readonly recent: (fits: (event: StoredEvent) => boolean) => Promise<StoredEvent | undefined>;
  /** Batches of mappings in flight, of one account. */
  readonly held: (account: string) => readonly HeldBatch[];
  readonly sequenceNumber: RecordPorts['sequenceNumber'];
}

/** What one account may see: what it caused in others, and what others caused in it, is a row of theirs. */
interface View extends RecordPorts {
  /** The record that was asked for, under the id that it was asked by. */
  readonly asked?: FoundRecord & { readonly id: string };
}

/**
 * Cause and effect of a delivery, an invocation, an event, or a record or message of a batch, by its id: first up to what began it all,
 * then down to everything that came of that. Rejects with NoSuchThing. At most 500 deliveries; then truncated is true.
 */
export async function traceOf(ports: TracePorts, account: string, id: string): Promise<Trace> {
  const plain: View = { ...ports, account, held: ports.held(account) };
  const walk: Walk = { budget: { left: MOST_DELIVERIES }, seen: new Set(), cut: false };
  const row = await rowOf(plain, id);
  const records = row ? [] : await findRecord(plain, id);
  if (records.length > 0) return recordTrace(plain, records, { id, walk });
  const start = row ?? (await rowsOfEvent(plain, id, walk))[0];
  if (start || (await effectsOf(plain, id, walk)).length > 0)
    return shown([await partOf(plain, start, { id, walk })], { id, walk });
  return recentTrace(plain, ports.recent, { id, walk });
}

interface Asked {
  readonly id: string;
  readonly walk: Walk;
}

async function recordTrace(plain: View, records: readonly FoundRecord[], { id, walk }: Asked): Promise<Trace> {
  const parts: Part[] = [];
  for (const one of records) parts.push(await partOf({ ...plain, asked: { ...one, id } }, one.rows[0], { id, walk }));
  return shown(parts, { id, walk });
}

/** An event that nobody wanted, or a record by the id that lists show: its sequence number leads to its batches. */
async function recentTrace(plain: View, recent: TracePorts['recent'], { id, walk }: Asked): Promise<Trace> {
  const { record, lane } = namedRecord(id);
  const isIt = (event: StoredEvent) =>
    event.id === id || (plain.sequenceNumber(event) === record && (lane === undefined || event.lane === lane));
  const event = await recent((one) => one.account === plain.account && isIt(one));
  if (!event) throw unknownId(id);
  const number = plain.sequenceNumber(event);
  const all = number === undefined ? [] : await findRecord(plain, number);
  const own = all.filter(({ rows: [row] }) => row?.topic === event.topic && row.lane === event.lane);
  if (own.length > 0) return recordTrace(plain, own, { id, walk });
  return { id, events: [{ ...eventShown({ ...placeOf(event), event: id }, event), deliveries: [] }], truncated: false };
}

function shown(parts: readonly Part[], { id, walk }: Asked): Trace {
  const invocation = parts.length === 1 ? parts[0]!.invocation : undefined;
  return {
    ...{ id, ...(invocation === undefined ? {} : { invocation }) },
    events: parts.flatMap(({ events }) => events),
    truncated: walk.cut || walk.budget.left <= 0,
  };
}

interface Part {
  readonly invocation?: string;
  readonly events: readonly TraceEvent[];
}

/** From what began it all down. start: undefined for the id of a synchronous invocation. */
async function partOf(view: View, start: Row | undefined, { id, walk }: { id: string; walk: Walk }): Promise<Part> {
  const root = start ? await rootOf(view, start) : { invocation: id };
  if ('invocation' in root) return { invocation: root.invocation, events: await eventsCausedBy(view, root.invocation, walk) };
  return { events: [await branchOf(view, root.row, await siblingsOf(view, root.row, walk), walk)] };
}

function unknownId(id: string) {
  const kept = 'they are kept for seven days, and a request that caused nothing leaves none';
  return fail('NoSuchThing', `no delivery, invocation, event or record ${id} is known; ${kept}`, { status: 404 });
}

function placeOf({ id: event, topic, lane, position, time: acceptedAt }: StoredEvent) {
  return { event, topic, lane, position, acceptedAt };
}

/** The first delivery of the chain, or the synchronous invocation that began it. */
async function rootOf(view: View, start: Row): Promise<{ row: Row } | { invocation: string }> {
  let row = start;
  for (let up = 0; up < MOST_CAUSES; up++) {
    const cause = await causeOf(view, row);
    if (cause === undefined || cause === row.id) return { row };
    const above = await rowOf(view, cause);
    if (!above) return { invocation: cause };
    row = above;
  }
  return { row };
}

/** Records of a batch have causes of their own. */
async function causeOf(view: View, row: Row): Promise<string | undefined> {
  if (isAsked(view, row)) return view.asked!.cause;
  return ('cause' in row ? row.cause : undefined) ?? (await eventOf(view, row))?.cause;
}

function isAsked({ asked }: View, row: Row): boolean {
  return asked?.rows.some(({ id }) => id === row.id) ?? false;
}

/** All deliveries of the same event. */
async function siblingsOf(view: View, row: Row, walk: Walk): Promise<readonly Row[]> {
  return isAsked(view, row) ? view.asked!.rows : rowsOfEvent(view, row.event, walk);
}

interface Walk {
  readonly budget: { left: number };
  readonly seen: Set<string>;
  /** More was there than one trace looks at. */
  cut: boolean;
}

async function branchOf(view: View, sample: Row, rows: readonly Row[], walk: Walk): Promise<TraceEvent> {
  const { budget, seen } = walk;
  const asked = rows.some((row) => isAsked(view, row)) ? view.asked : undefined;
  const event = asked ? asked.event : await eventOf(view, sample);
  const made: TraceDelivery[] = [];
  for (const row of rows.length ? rows : [sample]) {
    if (seen.has(row.id) || budget.left <= 0) continue;
    seen.add(row.id);
    budget.left -= 1;
    made.push({ ...deliveryShown(row), caused: await eventsCausedBy(view, row.id, walk) });
  }
  const place = asked ? { ...sample, event: asked.id, ...(event && { position: event.position }) } : sample;
  return { ...eventShown(place, event), deliveries: made };
}

async function eventsCausedBy(view: View, cause: string, walk: Walk): Promise<readonly TraceEvent[]> {
  const byEvent = new Map<string, Row[]>();
  const add = (row: Row) => byEvent.set(row.event, [...(byEvent.get(row.event) ?? []), row]);
  for (const id of await effectsOf(view, cause, walk)) {
    const row = id === cause ? undefined : await rowOf(view, id);
    if (row) add(row);
  }
  for (const row of view.held) if (row.causes?.includes(cause) ?? row.cause === cause) add(row);
  const events: TraceEvent[] = [];
  for (const rows of byEvent.values()) events.push(await branchOf(view, rows[0]!, rows, walk));
  return events;
}

async function effectsOf(view: View, cause: string, walk: Walk): Promise<string[]> {
  return (await ownRows(view, effects, { prefix: [cause] }, walk)).map(({ effect }) => effect);
}

/** Those of the account, as many as a trace has place for. */
async function ownRows<D extends { readonly account: string }>(
  { read, account }: View,
  collection: Collection<D>,
  range: Omit<Range, 'limit'>,
  walk: Walk,
): Promise<D[]> {
  const found: D[] = [];
  let after: Range['after'];
  for (let looked = 0; looked < MOST_READ && found.length < MOST_DELIVERIES; ) {
    const page = await read.range(collection, { ...range, limit: PAGE, ...(after && { after }) });
    found.push(...page.items.filter((row) => row.account === account));
    looked += page.items.length;
    after = page.next;
    if (!after) return found;
  }
  walk.cut = true;
  return found;
}

async function rowOf({ read, account, held }: View, id: string): Promise<Row | undefined> {
  const row: Row | undefined =
    (await read.get(deliveries, [id])) ?? (await read.get(outcomes, [id])) ?? held.find((one) => one.id === id);
  return row?.account === account ? row : undefined;
}

async function rowsOfEvent(view: View, event: string, walk: Walk): Promise<Row[]> {
  const of = { index: 'event', prefix: [event] };
  return [...(await ownRows(view, deliveries, of, walk)), ...(await ownRows(view, outcomes, of, walk))];
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
  const size = 'size' in row ? row.size : undefined;
  const common = {
    ...{ id, subscriber, target, attempts },
    ...(replay === undefined ? {} : { replay }),
    ...(size === undefined ? {} : { size }),
  };
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
