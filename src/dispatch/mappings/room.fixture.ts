/** Mappings on a real store, with a stream and a queue in memory and functions that are JavaScript; for the tests of this folder. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { type ManualClock, manualClock } from '../../../test/support/clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from '../../../test/support/platform.ts';
import { fail, randomIds, type StoredEvent, type StoreSchema, silentLogger } from '../../kernel/index.ts';
import { askRoute } from '../../model/control-route.fixture.ts';
import {
  type Call,
  type DeliveryOutcome,
  type EventSourceMapping,
  type EventSources,
  eventSourceMappings,
  functionArn,
  type MappingBooks,
  type MappingSettings,
  type MappingShard,
  mappingBooks,
  mappingShards,
  mappingTopic,
  openEgress,
  outcomes,
  type PutItem,
  type PutTarget,
  type SourceShard,
  type StreamSettings,
  type StreamSource,
} from '../../model/index.ts';
import { type OpenStore, openStore } from '../../store/index.ts';
import { dispatchSchema } from '../dispatch.ts';
import type { TracePorts } from '../trace.ts';
import { createMappings, type Mappings } from './mappings.ts';
import { MemoryQueue } from './memory-queue.fixture.ts';
import type { MappingPorts } from './ports.ts';

export const place = { account: '000000000000', region: 'us-east-1' };
export const FUNCTION = functionArn('us-east-1', place.account, 'f');
export const STREAM = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
export const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:q';
export const UUID = '00000000-0000-4000-8000-000000000001';
const TOPIC = 'test.stream';

// biome-ignore lint/suspicious/noExplicitAny: events and answers are whatever the test gives
type Json = any;

export interface Room {
  readonly store: OpenStore;
  readonly clock: ManualClock;
  readonly mappings: Mappings;
  readonly sources: EventSources;
  readonly queue: MemoryQueue;
  /** The shards that the stream has; tests change them and call reshard. */
  shards: SourceShard[];
  reshard(): void;
  /** Events that functions got, in order. */
  readonly events: Json[];
  readonly calls: Call[];
  /** What was counted: metric, function, value. */
  readonly metrics: (readonly [string, string, number])[];
  readonly puts: { target: PutTarget; item: PutItem }[];
  readonly objects: { key: string; body: string }[];
  /** What the function does; throws to fail. */
  handler: (event: Json, call: Call) => Promise<Json> | Json;
  /** Undefined: there is no function. */
  spec: object | undefined;
  allowed: (action: string) => boolean;
  /** Called when a record of a value is made for functions, and when an attempt is recorded; throws to break that. */
  making: (value: string) => void;
  recording: () => void;
  /** What was logged as a warning or an error. */
  readonly logged: string[];
  write(values: readonly string[], lane?: number, key?: (value: string) => string): Promise<void>;
  keep(mapping: EventSourceMapping): Promise<void>;
  mapping(uuid?: string): Promise<EventSourceMapping | undefined>;
  books(uuid?: string): Promise<MappingBooks | undefined>;
  shard(shardId?: string, uuid?: string): Promise<MappingShard | undefined>;
  ends(): Promise<DeliveryOutcome[]>;
  /** What a trace needs. */
  readonly tracing: TracePorts;
  /** Asks the control API, `GET /mappings/:uuid`. */
  ask(route: string, body?: object): Promise<unknown>;
  /** The same data in another process: what ran is left where it was. */
  crash(): Promise<Room>;
  close(): Promise<void>;
}

export const streamSettings = (over: Partial<StreamSettings> = {}, rest: Partial<MappingSettings> = {}): MappingSettings => ({
  batchSize: 100,
  windowMs: 0,
  filters: [],
  reportFailures: false,
  stream: {
    startingPosition: 'TRIM_HORIZON',
    parallelizationFactor: 1,
    maxRetries: -1,
    maxAgeMs: -1,
    bisect: false,
    tumblingMs: 0,
    ...over,
  },
  ...rest,
});

export const queueSettings = (over: Partial<MappingSettings> = {}): MappingSettings => ({
  batchSize: 10,
  windowMs: 0,
  filters: [],
  reportFailures: false,
  ...over,
});

export function mappingOf(settings: MappingSettings, over: Partial<EventSourceMapping> = {}): EventSourceMapping {
  return {
    ...place,
    uuid: UUID,
    source: settings.stream ? 'kinesis' : 'sqs',
    sourceArn: settings.stream ? STREAM : QUEUE,
    functionArn: FUNCTION,
    settings,
    enabled: true,
    state: 'Creating',
    revision: 1,
    modified: 0,
    tags: {},
    ...over,
  };
}

const schema: StoreSchema = {
  collections: dispatchSchema.collections,
  topics: [...dispatchSchema.topics, { name: TOPIC, lanes: 'open' }],
};

const directories: string[] = [];
after(() => {
  for (const one of directories) removeDirectory(one);
});

export async function openRoom(over: Partial<Pick<Room, 'handler' | 'shards'>> = {}): Promise<Room> {
  const directory = temporaryDirectory();
  directories.push(directory);
  const clock = manualClock();
  return openOn(directory, clock, new MemoryQueue(clock), over);
}

async function openOn(directory: string, clock: ManualClock, queue: MemoryQueue, over: Partial<Room>): Promise<Room> {
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock, logger: silentLogger });
  const wakes = new Set<() => void>();
  const room = {
    store,
    clock,
    queue,
    shards: [{ shardId: 'shardId-0', lane: 0, parents: [], first: 1 }],
    events: [],
    calls: [],
    metrics: [],
    puts: [],
    objects: [],
    handler: () => null,
    spec: specOf(),
    allowed: () => true,
    making: () => {},
    recording: () => {},
    logged: [],
    ...over,
  } as unknown as Room;
  const ports = portsOf(room, wakes);
  const mappings = createMappings(ports);
  const close = async () => {
    await mappings.stop(AbortSignal.timeout(5000));
    await store.close();
  };
  let written = 0;
  return Object.assign(room, {
    mappings,
    sources: ports.sources,
    close,
    reshard: () => {
      for (const wake of [...wakes]) wake();
    },
    write: (values: readonly string[], lane = 0, key: (value: string) => string = () => 'k') =>
      store.transact(async (tx) => {
        for (const value of values) {
          const body = { key: key(value), value };
          await tx.append(TOPIC, lane, {
            ...place,
            id: `e${++written}`,
            type: 'T',
            source: 't',
            subject: 's',
            time: clock.now(),
            body,
            cause: `cause-of-${value}`,
          });
        }
      }),
    keep: (mapping: EventSourceMapping) =>
      store.transact(async (tx) => {
        await tx.put(eventSourceMappings, mapping);
        const event = { ...place, id: randomIds.uuid(), type: 'C', source: 'lambda', subject: mapping.uuid, time: clock.now() };
        await tx.append(mappingTopic.name, 0, { ...event, body: { uuid: mapping.uuid } });
      }),
    mapping: (uuid = UUID) => store.read.get(eventSourceMappings, [place.account, place.region, uuid]),
    books: (uuid = UUID) => store.read.get(mappingBooks, [place.account, place.region, uuid]),
    shard: (shardId = 'shardId-0', uuid = UUID) => store.read.get(mappingShards, [uuid, shardId]),
    tracing: {
      read: store.read,
      recent: async () => undefined,
      held: () => mappings.held(),
      sequenceNumber: ({ topic, position }: StoredEvent) => (topic === TOPIC ? String(position) : undefined),
    },
    ends: async () => (await store.read.range(outcomes, { index: 'time', limit: 1000 })).items,
    ask: async (name: string, body?: object) => {
      const route = mappings.routes.find(({ method, path }) => `${method} ${path}` === name)!;
      return askRoute(route, { params: name.includes(':uuid') ? { uuid: UUID } : {}, body, place });
    },
    crash: async () => {
      await Promise.all([mappings.stop(AbortSignal.abort()), store.close()]);
      return openOn(directory, clock, queue, { handler: room.handler, shards: room.shards });
    },
  });
}

function portsOf(room: Room, wakes: Set<() => void>): MappingPorts {
  return {
    store: room.store,
    clock: room.clock,
    ids: { ...randomIds, hex: (bytes) => 'f'.repeat(bytes * 2) },
    logger: { ...silentLogger, warn: (text) => void room.logged.push(text), error: (text) => void room.logged.push(text) },
    concurrency: 1000,
    mayAct: async (_role, action) => room.allowed(action),
    meterIn: async () => room.recording(),
    countFunction: (arn, name, value) => void room.metrics.push([name, arn, value]),
    put: async (_tx, target, item) => {
      if (target.arn.includes('missing')) throw fail('TargetMissing', 'the target does not exist');
      room.puts.push({ target, item });
    },
    storeObject: async ({ key, body }) => void room.objects.push({ key, body }),
    resolveFunction: async (_place, arn) => {
      if (!room.spec) throw fail('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
      return room.spec as never;
    },
    execute: (call) => execute(room, call),
    sources: { queues: room.queue, streams: { kinesis: streamOf(room, wakes), dynamodb: streamOf(room, wakes) } },
  };
}

async function execute(room: Room, call: Call) {
  const event = JSON.parse(call.payload.toString());
  const report = { requestId: call.requestId, durationMs: 1, billedMs: 1, memoryMiB: 128, maxMemoryMiB: 9, egressBytes: 0 };
  const same = { contentType: 'application/json', executedVersion: '$LATEST', environment: 'e' };
  room.events.push(event);
  room.calls.push(call);
  try {
    const answer = await room.handler(event, call);
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer ?? null);
    return { ...same, payload: Buffer.from(text), report: { ...report, status: 'success' as const } };
  } catch (error) {
    if ((error as { code?: string }).code === 'TooManyRequestsException') throw error;
    const failed = { status: 'error' as const, errorType: 'Error' };
    return { ...same, payload: Buffer.from('{}'), functionError: 'Unhandled' as const, report: { ...report, ...failed } };
  }
}

/** What a handler throws when there is no room for it. */
export const throttle = () => fail('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });

function streamOf(room: Room, wakes: Set<() => void>): StreamSource {
  const body = (event: StoredEvent) => event.body as { key: string; value: string };
  return {
    list: async () => [STREAM],
    find: async () => ({ topic: TOPIC, shards: room.shards, retentionMs: 86_400_000 }),
    watch: (_arn, wake) => {
      wakes.add(wake);
      return () => wakes.delete(wake);
    },
    record: (event, arn, shardId, role) => {
      room.making(body(event).value);
      return {
        eventID: `${shardId}:${event.position}`,
        eventSourceARN: arn,
        invokeIdentityArn: role,
        kinesis: { partitionKey: body(event).key, data: Buffer.from(body(event).value).toString('base64') },
      };
    },
    sequenceNumber: (event) => String(event.position),
    orderKey: (event) => body(event).key,
  };
}

function specOf(): object {
  const role = 'arn:aws:iam::000000000000:role/r';
  return {
    ...place,
    name: 'f',
    version: '$LATEST',
    arn: FUNCTION,
    identity: 'f',
    role,
    timeoutMs: 3000,
    memoryMiB: 128,
    egress: openEgress,
  };
}

/** The data of an event's records. */
export const valuesOf = (event: Json): string[] =>
  event.Records.map((record: Json) => record.body ?? Buffer.from(record.kinesis.data, 'base64').toString());

/** Waits in real time, with the clock standing still. */
export async function until(what: string, done: () => Promise<unknown> | unknown): Promise<void> {
  for (let i = 0; i < 4000; i++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail(`it did not come to this: ${what}`);
}

/** The same while the clock goes on, step by step. */
export async function untilLater(room: Room, what: string, done: () => Promise<unknown> | unknown, stepMs = 1000): Promise<void> {
  for (let i = 0; i < 4000; i++) {
    if (await done()) return;
    await room.clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail(`it did not come to this: ${what}`);
}

export const balanced = (books: MappingBooks | undefined) =>
  books !== undefined &&
  books.accepted === books.filtered + books.delivered + books.failed + books['dead-lettered'] + books.expired;
