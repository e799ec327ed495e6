import { allRows, fail, type Reader } from '../../kernel/index.ts';
import {
  type ControlRequest,
  type ControlRoute,
  type EventSourceMapping,
  emptyMappingBooks,
  eventSourceMappings,
  mappingBooks,
  mappingShards,
  targetOf,
} from '../../model/index.ts';
import type { BlockedLane, Runner } from './ports.ts';

const MOST = 1000;

type FindRunner = (uuid: string) => Runner | undefined;

/** Control API of event source mappings: their books, how far they are, and what to do with a lane that is blocked. */
export function mappingRoutes(read: Reader, findRunner: FindRunner): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/mappings',
      summary: 'event source mappings with their books, and which lanes are blocked: limit, after',
      handle: (request) => list(read, findRunner, request),
    },
    {
      method: 'GET',
      path: '/mappings/:uuid',
      summary: 'one mapping: its books, its position in each shard, and what is blocked',
      handle: (request) => show(read, findRunner, request),
    },
    {
      method: 'POST',
      path: '/mappings/:uuid/retry',
      summary: 'tries blocked lanes now; body: { shardId, slice } for one of them',
      handle: async (request) => {
        const lanes = await chosen(read, findRunner, request);
        for (const lane of lanes) lane.retry();
        return { lanes: lanes.length };
      },
    },
    {
      method: 'POST',
      path: '/mappings/:uuid/skip',
      summary:
        'gives up the first record of a blocked lane; body: { shardId, slice, to }, to is the ARN of a queue, topic or bucket',
      handle: (request) => skip(read, findRunner, request),
    },
  ];
}

async function list(read: Reader, findRunner: FindRunner, { query, place }: ControlRequest) {
  const limit = Number(query.get('limit') ?? '100');
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) throw fail('InvalidRequest', `limit is a number from 1 to ${MOST}`);
  const after = query.get('after');
  const prefix = [place.account, place.region];
  const page = await read.range(eventSourceMappings, { prefix, limit, ...(after === null ? {} : { after: [after] }) });
  const shown = async (mapping: EventSourceMapping) => ({
    ...mapping,
    books: await booksOf(read, mapping),
    blocked: (findRunner(mapping.uuid)?.blocked() ?? []).map(({ shardId, slice, attempts, error }) => ({
      ...{ shardId, slice, attempts, error },
    })),
  });
  const mappings = await Promise.all(page.items.map(shown));
  return { mappings, ...(page.next && { next: page.next[0] }) };
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

async function find(read: Reader, { params, place }: ControlRequest): Promise<EventSourceMapping> {
  const found = await read.get(eventSourceMappings, [place.account, place.region, params.uuid ?? '']);
  if (!found) throw fail('NoSuchThing', `no event source mapping ${params.uuid}`, { status: 404 });
  return found;
}

async function show(read: Reader, findRunner: FindRunner, request: ControlRequest) {
  const mapping = await find(read, request);
  const shards = await allRows(read, mappingShards, { prefix: [mapping.uuid] });
  const blocked = (findRunner(mapping.uuid)?.blocked() ?? []).map(({ retry: _r, skip: _s, ...lane }) => lane);
  return { ...mapping, books: await booksOf(read, mapping), shards, blocked };
}

interface Choice {
  readonly shardId?: string;
  readonly slice?: number;
  readonly to?: string;
}

/** The blocked lanes that a request is about. Throws when it names one that is not blocked. */
async function chosen(read: Reader, findRunner: FindRunner, request: ControlRequest): Promise<readonly BlockedLane[]> {
  const { uuid } = await find(read, request);
  const { shardId, slice } = (request.body ?? {}) as Choice;
  const all = findRunner(uuid)?.blocked() ?? [];
  const lanes = all.filter(
    (lane) => (shardId === undefined || lane.shardId === shardId) && (slice === undefined || lane.slice === slice),
  );
  if (lanes.length === 0) throw fail('InvalidRequest', 'no such lane is blocked');
  return lanes;
}

async function skip(read: Reader, findRunner: FindRunner, request: ControlRequest) {
  const [lane, ...others] = await chosen(read, findRunner, request);
  if (others.length > 0) throw fail('InvalidRequest', 'several lanes are blocked: name shardId and slice');
  const { to } = (request.body ?? {}) as Choice;
  if (to !== undefined && !['queue', 'topic', 'bucket'].includes(targetOf(String(to))?.kind ?? ''))
    throw fail('InvalidRequest', 'to is the ARN of a queue, topic or bucket');
  const [record] = lane!.records;
  if (!record) throw fail('InvalidRequest', `there is no record that could be skipped: ${lane!.error}`);
  lane!.skip(to);
  return { skipped: record.sequenceNumber };
}
