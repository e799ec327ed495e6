import { z } from 'zod';
import { allRows, fail, type Key, platformFailure, type Reader, type Store, type StoredEvent } from '../kernel/index.ts';
import {
  afterToken,
  books,
  type ControlRoute,
  controlRoute,
  type Delivery,
  type DeliveryOutcome,
  deliveries,
  type EventSources,
  emptyBooks,
  type HeldBatch,
  limitUpTo,
  type OutcomeKind,
  outcomes,
  type Place,
  type RoutedRequest,
  topics,
} from '../model/index.ts';
import { acceptedEvents, acceptedQuery, newestEvent, sourceNames } from './accepted.ts';
import { acceptedList, deliveryList, eventBalance, eventBooks, outcomeKinds, traceShown } from './control-answers.ts';
import { SUBSCRIBER } from './ledger.ts';
import { mappingLines } from './mappings/mapping-lines.ts';
import { traceOf } from './trace.ts';

export interface EventRoutePorts {
  readonly store: Store;
  /** Topics whose events are routed. */
  readonly followed: readonly string[];
  readonly sources: EventSources;
  /** Batches of mappings that are in flight. */
  readonly held: () => readonly HeldBatch[];
}

/** Control API of events: the balance of the books, what is in flight, and how deliveries ended. */
export function eventRoutes(ports: EventRoutePorts): ControlRoute[] {
  const { store, followed, sources } = ports;
  const { read } = store;
  const held = (account: string) => ports.held().filter((batch) => batch.account === account);
  const byTopic = (topic: string) => sources.streams[topic.split('.')[0]!];
  const sequenceNumber = (event: StoredEvent) => byTopic(event.topic)?.sequenceNumber(event);
  return [
    controlRoute({
      method: 'GET',
      path: '/events',
      summary: 'accepted events, deliveries in flight and outcomes, for this account',
      answer: eventBooks,
      handle: ({ place }) => accountBooks(ports, place),
    }),
    controlRoute({
      method: 'GET',
      path: '/events/balance',
      summary: 'the same over all accounts, with what is not yet routed',
      answer: eventBalance,
      handle: ({ own }) => balance(ports, own),
    }),
    controlRoute({
      method: 'GET',
      path: '/events/deliveries',
      summary: 'deliveries: state=in-flight, or an outcome; limit, after',
      query: deliveriesQuery,
      answer: deliveryList,
      handle: (request) => list(read, held(request.place.account), request),
    }),
    controlRoute({
      method: 'GET',
      path: '/events/accepted',
      summary: 'accepted events of a topic or a polled source, newest first: topic, since, until (epoch ms), type, limit, after',
      query: acceptedQuery(ports),
      answer: acceptedList,
      handle: (request) => acceptedEvents({ read, followed, sources }, request),
    }),
    controlRoute({
      method: 'GET',
      path: '/events/trace/:id',
      summary: 'cause and effect of a delivery, an invocation, an event, a message or a record',
      answer: traceShown,
      handle: ({ params, place }) =>
        traceOf({ read, recent: newestOf(ports, place), held, sequenceNumber }, place.account, params.id),
    }),
  ];
}

const deliveriesQuery = z.strictObject({
  state: z.enum(['in-flight', ...outcomeKinds]).default('in-flight'),
  limit: limitUpTo(1000, 100),
  after: afterToken,
});

const newestOf =
  ({ store: { read }, followed, sources }: EventRoutePorts, place: Place) =>
  (fits: (event: StoredEvent) => boolean) =>
    newestEvent({ read, followed, sources }, place, fits);

type Sum = Record<'routed' | 'unmatched' | 'deliveries' | 'attempts' | OutcomeKind, number>;

async function accountBooks(ports: EventRoutePorts, { account, region }: Place) {
  const { store, followed } = ports;
  const held = ports.held().filter((batch) => batch.account === account && batch.region === region);
  const result = [];
  for (const topic of followed) {
    const page = await store.read.get(books, [account, region, topic]);
    const sum = sumOf(page ? [page] : []);
    result.push({ topic, ...sum, inFlight: inFlight(sum) });
  }
  const mappings = await mappingLines(store.read, [account, region], held);
  return { topics: result, sources: sourceNames(ports), mappings };
}

/** In one transaction, because the sums only balance at one moment. Not for a token: it opens one account, and these are all of them. */
async function balance({ store, followed, held }: EventRoutePorts, own: string | undefined) {
  if (own !== undefined)
    throw platformFailure('TokenRequired', `this token is of account ${own}, and these are the books of all`, { status: 403 });
  return store.transact(async (tx) => {
    const pages = await allRows(tx, books);
    const result = [];
    for (const topic of topics.filter(({ name }) => followed.includes(name))) {
      const sum = sumOf(pages.filter((page) => page.topic === topic.name));
      if (topic.lanes === 'open') continue;
      let [accepted, notYetRouted] = [0, 0];
      for (let lane = 0; lane < topic.lanes; lane++) {
        const { next } = await tx.bounds(topic.name, lane);
        accepted += next - 1;
        notYetRouted += next - ((await tx.cursor(SUBSCRIBER, topic.name, lane)) ?? 1);
      }
      const balanced = accepted === sum.routed + sum.unmatched + notYetRouted;
      result.push({ topic: topic.name, accepted, notYetRouted, ...sum, inFlight: inFlight(sum), balanced });
    }
    return { topics: result, mappings: await mappingLines(tx, [], held()), rowsInFlight: await tx.count(deliveries, []) };
  });
}

function sumOf(pages: readonly Sum[]): Sum {
  const { account: _a, region: _r, topic: _t, ...zero } = emptyBooks('', '', '');
  const sum: Sum = { ...zero };
  for (const page of pages) for (const name of Object.keys(sum) as (keyof Sum)[]) sum[name] += page[name];
  return sum;
}

function inFlight(sum: Sum): number {
  return outcomeKinds.reduce((left, kind) => left - sum[kind], sum.deliveries);
}

async function list(
  read: Reader,
  held: readonly HeldBatch[],
  { query, place }: RoutedRequest<unknown, z.output<typeof deliveriesQuery>>,
): Promise<{ deliveries: readonly (Delivery | DeliveryOutcome)[]; next?: string }> {
  const { state, limit } = query;
  const after = afterOf(query.after);
  if (state === 'in-flight') return inFlightPage(read, held, { account: place.account, limit, ...after });
  const page = await read.range(outcomes, {
    index: 'kind',
    prefix: [place.account, state],
    reverse: true,
    limit,
    ...after,
  });
  return { deliveries: page.items, ...nextOf(page.next) };
}

/** Deliveries, and after the last of them batches of mappings; a key of one part is the id of such a batch. */
async function inFlightPage(
  read: Reader,
  held: readonly HeldBatch[],
  { account, limit, after }: { readonly account: string; readonly limit: number; readonly after?: Key },
): Promise<{ deliveries: readonly Delivery[]; next?: string }> {
  const asked = after?.length === 1 ? String(after[0]) : undefined;
  const of = { index: 'account', prefix: [account], limit };
  const page = asked === undefined ? await read.range(deliveries, { ...of, ...(after ? { after } : {}) }) : { items: [] };
  if (page.next) return { deliveries: page.items, ...nextOf(page.next) };
  const waiting = held.filter(({ id }) => id > (asked ?? '')).sort((a, b) => (a.id < b.id ? -1 : 1));
  const shown = waiting.slice(0, limit - page.items.length);
  const next = shown.length < waiting.length ? [shown.at(-1)?.id ?? ''] : undefined;
  return { deliveries: [...page.items, ...shown], ...nextOf(next) };
}

function nextOf(next: Key | undefined): { next?: string } {
  return next === undefined ? {} : { next: Buffer.from(JSON.stringify(next)).toString('base64url') };
}

function afterOf(token: string | undefined): { after?: Key } {
  if (token === undefined) return {};
  try {
    const key: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(key) && key.every((part) => typeof part === 'string' || Number.isSafeInteger(part)))
      return { after: key as Key };
  } catch {}
  throw fail('InvalidRequest', 'after is not a token of this list');
}
