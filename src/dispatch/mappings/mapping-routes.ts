import { z } from 'zod';
import { allRows, fail, type Reader } from '../../kernel/index.ts';
import {
  type ControlRoute,
  controlRoute,
  type EventSourceMapping,
  emptyMappingBooks,
  eventSourceMappings,
  limitUpTo,
  mappingBooks,
  mappingShards,
  type RoutedRequest,
  targetOf,
} from '../../model/index.ts';
import { mappingList, mappingShown } from './mapping-answers.ts';
import type { BlockedLane, Runner } from './ports.ts';

type FindRunner = (uuid: string) => Runner | undefined;

/** Control API of event source mappings: their books, how far they are, and what to do with a lane that is blocked. */
export function mappingRoutes(read: Reader, findRunner: FindRunner): ControlRoute[] {
  return [
    controlRoute({
      method: 'GET',
      path: '/mappings',
      summary: 'event source mappings with their books, and which lanes are blocked: limit, after',
      query: listQuery,
      answer: mappingList,
      handle: (request) => list(read, findRunner, request),
    }),
    controlRoute({
      method: 'GET',
      path: '/mappings/:uuid',
      summary: 'one mapping: its books, its position in each shard, and what is blocked',
      answer: mappingShown,
      handle: (request) => show(read, findRunner, request),
    }),
    controlRoute({
      method: 'POST',
      path: '/mappings/:uuid/retry',
      summary: 'tries blocked lanes now; body: { shardId, slice } for one of them',
      body: lane,
      answer: z.strictObject({ lanes: z.int() }),
      handle: async (request) => {
        const lanes = await chosen(read, findRunner, request);
        for (const lane of lanes) lane.retry();
        return { lanes: lanes.length };
      },
    }),
    controlRoute({
      method: 'POST',
      path: '/mappings/:uuid/skip',
      summary:
        'gives up the first record of a blocked lane; body: { shardId, slice, to }, to is the ARN of a queue, topic or bucket',
      body: skipped,
      answer: z.strictObject({ skipped: z.string().describe('its sequence number') }),
      handle: (request) => skip(read, findRunner, request),
    }),
  ];
}

const listQuery = z.strictObject({ limit: limitUpTo(1000, 100), after: z.string().max(100).optional() });
const lane = z.strictObject({ shardId: z.string().optional(), slice: z.int().min(0).optional() });
const skipped = lane.extend({
  to: z
    .string()
    .refine((text) => ['queue', 'topic', 'bucket'].includes(targetOf(text)?.kind ?? ''), 'is the ARN of a queue, topic or bucket')
    .describe('where the record is put')
    .optional(),
});

type Of<Body = unknown> = RoutedRequest<{ readonly uuid: string }, unknown, Body>;

async function list(read: Reader, findRunner: FindRunner, { query, place }: RoutedRequest<unknown, z.output<typeof listQuery>>) {
  const { limit, after } = query;
  const prefix = [place.account, place.region];
  const page = await read.range(eventSourceMappings, { prefix, limit, ...(after === undefined ? {} : { after: [after] }) });
  const shown = async (mapping: EventSourceMapping) => ({
    ...mapping,
    books: await booksOf(read, mapping),
    blocked: (findRunner(mapping.uuid)?.blocked() ?? []).map(({ shardId, slice, attempts, error }) => ({
      ...{ shardId, slice, attempts, error },
    })),
  });
  const mappings = await Promise.all(page.items.map(shown));
  return { mappings, ...(page.next && { next: String(page.next[0]) }) };
}

async function booksOf(read: Reader, mapping: EventSourceMapping) {
  const {
    account: _a,
    region: _r,
    uuid: _u,
    ...books
  } = (await read.get(mappingBooks, [mapping.account, mapping.region, mapping.uuid])) ?? emptyMappingBooks(mapping);
  return books;
}

async function find(read: Reader, { params, place }: Of): Promise<EventSourceMapping> {
  const found = await read.get(eventSourceMappings, [place.account, place.region, params.uuid]);
  if (!found) throw fail('NoSuchThing', `no event source mapping ${params.uuid}`, { status: 404 });
  return found;
}

async function show(read: Reader, findRunner: FindRunner, request: Of) {
  const mapping = await find(read, request);
  const shards = await allRows(read, mappingShards, { prefix: [mapping.uuid] });
  const blocked = (findRunner(mapping.uuid)?.blocked() ?? []).map(({ retry: _r, skip: _s, ...lane }) => lane);
  return { ...mapping, books: await booksOf(read, mapping), shards, blocked };
}

/** The blocked lanes that a request is about. Throws when it names one that is not blocked. */
async function chosen(read: Reader, findRunner: FindRunner, request: Of<z.output<typeof lane>>): Promise<readonly BlockedLane[]> {
  const { uuid } = await find(read, request);
  const { shardId, slice } = request.body;
  const all = findRunner(uuid)?.blocked() ?? [];
  const lanes = all.filter(
    (lane) => (shardId === undefined || lane.shardId === shardId) && (slice === undefined || lane.slice === slice),
  );
  if (lanes.length === 0) throw fail('InvalidRequest', 'no such lane is blocked');
  return lanes;
}

async function skip(read: Reader, findRunner: FindRunner, request: Of<z.output<typeof skipped>>) {
  const [lane, ...others] = await chosen(read, findRunner, request);
  if (others.length > 0) throw fail('InvalidRequest', 'several lanes are blocked: name shardId and slice');
  const [record] = lane!.records;
  if (!record) throw fail('InvalidRequest', `there is no record that could be skipped: ${lane!.error}`);
  lane!.skip(request.body.to);
  return { skipped: record.sequenceNumber };
}
