import { z } from 'zod';
import { type Clock, collection, fail, type Ids, type Store, type Transaction } from '../kernel/index.ts';
import {
  type ControlRoute,
  controlRoute,
  eventTime,
  type OutsideEvent,
  type Place,
  type Put,
  type RoutedRequest,
  readOutsideEvents,
} from '../model/index.ts';
import { idOf } from './subscription.ts';

export interface IntakePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly put: Put;
}

/** An event from outside that was accepted: what came again is not accepted twice. */
interface Accepted {
  readonly account: string;
  readonly region: string;
  readonly bus: string;
  readonly source: string;
  readonly id: string;
  readonly event: string;
  /** Epoch ms. */
  readonly time: number;
}

export const acceptedIds = collection<Accepted>({
  name: 'dispatch.accepted-ids',
  key: ['account', 'region', 'bus', 'source', 'id'],
  integers: ['time'],
  indexes: [{ name: 'time', fields: ['time'] }],
});

/** How long an id is remembered. */
export const REMEMBERED_MS = 24 * 60 * 60 * 1000;
const LARGEST_DETAIL = 1_000_000;

/** Puts events from outside onto a bus; resolves to their ids when they are durable. */
export type Accept = (
  place: Place,
  bus: string,
  events: readonly OutsideEvent[],
) => Promise<readonly { readonly id: string; readonly duplicate: boolean }[]>;

export function createAccept({ store, clock, ids, put }: IntakePorts): Accept {
  return async (place, bus, events) => {
    const now = clock.now();
    const named = events.map((event) => ({ event, fresh: ids.uuid(), body: JSON.stringify(event.detail) }));
    const large = named.find(({ body }) => Buffer.byteLength(body) > LARGEST_DETAIL);
    if (large) throw fail('InvalidRequest', `the data of an event has at most ${LARGEST_DETAIL} bytes`, { status: 413 });
    return store.transact(async (tx) => {
      const answers = [];
      for (const { event, fresh, body } of named) {
        const known = event.id === undefined ? undefined : await tx.get(acceptedIds, keyOf(place, bus, event));
        if (known) {
          answers.push({ id: known.event, duplicate: true });
          continue;
        }
        const id = event.id === undefined ? fresh : idOf(['outside', ...keyOf(place, bus, event)].join('\n'));
        await put(tx, { kind: 'bus', arn: busArn(place, bus) }, itemOf(place, bus, event, { id, body, now }));
        await remember(tx, place, bus, event, { id, now });
        answers.push({ id, duplicate: false });
      }
      return answers;
    });
  };
}

function keyOf({ account, region }: Place, bus: string, event: OutsideEvent): [string, string, string, string, string] {
  return [account, region, bus, event.source, event.id ?? ''];
}

async function remember(
  tx: Transaction,
  { account, region }: Place,
  bus: string,
  { id, source }: OutsideEvent,
  made: { id: string; now: number },
): Promise<void> {
  if (id !== undefined) await tx.put(acceptedIds, { account, region, bus, source, id, event: made.id, time: made.now });
}

function busArn({ account, region }: Place, bus: string): string {
  return `arn:aws:events:${region}:${account}:event-bus/${bus}`;
}

/** What the event says of its own time is for those who read it; ages and books count from now, when it was accepted. */
function itemOf(place: Place, bus: string, event: OutsideEvent, { id, body, now }: { id: string; body: string; now: number }) {
  const own = event.time === undefined ? {} : { passedOn: { id, ...place, time: eventTime(event.time), hops: 0 } };
  return {
    id,
    body,
    time: now,
    ...own,
    caller: { service: 'dalamb', sourceArn: busArn(place, bus), sourceAccount: place.account },
    source: event.source,
    detailType: event.type,
    resources: event.subject === undefined ? [] : [event.subject],
  };
}

/** Control API: any outside source, simply. */
export function intakeRoutes(accept: Accept): ControlRoute[] {
  return [
    controlRoute({
      method: 'POST',
      path: '/events',
      summary:
        'accepts CloudEvents (binary, structured, batch) or plain JSON (source, type, id); bus=NAME; answers when they are durable',
      query: intakeQuery,
      body: z.unknown(),
      contents: ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json', '*/*'],
      anyBody: true,
      answer: z.strictObject({
        events: z.array(z.strictObject({ id: z.string(), duplicate: z.boolean().describe('it was accepted before') })),
      }),
      handle: (request) => receive(accept, request),
    }),
  ];
}

export const busName = z
  .string()
  .regex(/^[/.\-_A-Za-z0-9]{1,256}$/, 'is the name of an event bus')
  .default('default');

const intakeQuery = z.strictObject({
  bus: busName,
  source: z.string().describe('of plain JSON; default custom').optional(),
  type: z.string().describe('of plain JSON; default event').optional(),
  id: z.string().describe('of plain JSON: what comes again with it is not accepted twice').optional(),
});

async function receive(
  accept: Accept,
  { headers, query, body, place }: RoutedRequest<unknown, z.output<typeof intakeQuery>, unknown>,
) {
  return { events: await accept(place, query.bus, readOutsideEvents({ headers, query, body })) };
}
