import assert from 'node:assert/strict';
import { after } from 'node:test';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from '../../test/support/platform.ts';
import { fail, randomIds, silentLogger } from '../kernel/index.ts';
import { askRoute } from '../model/control-route.fixture.ts';
import {
  bucketNotifications,
  type Call,
  eventBuses,
  eventRules,
  eventTargets,
  type FunctionSpec,
  functionArn,
  type Outcome,
  objectTopic,
  openEgress,
  type PutItem,
  type PutTarget,
  topicSubscriptions,
  topics,
} from '../model/index.ts';
import { type OpenStore, openStore } from '../store/index.ts';
import { createDispatch, type Dispatch, type DispatchPorts, dispatchSchema } from './dispatch.ts';

export const ACCOUNT = '000000000000';
export const place = { account: ACCOUNT, region: 'us-east-1' };
export const arnOf = (name: string) => functionArn('us-east-1', ACCOUNT, name);

export interface World {
  readonly store: OpenStore;
  readonly clock: ManualClock;
  readonly dispatch: Dispatch;
  readonly calls: Call[];
  readonly puts: { target: PutTarget; item: PutItem }[];
  behave: (call: Call) => Promise<'ok' | 'error'>;
  close(): Promise<void>;
}

function specOf(name: string, reserved?: number): FunctionSpec {
  return {
    ...place,
    name,
    version: '$LATEST',
    arn: arnOf(name),
    identity: name,
    runtime: 'nodejs26.x',
    handler: 'index.handler',
    role: 'arn:aws:iam::000000000000:role/r',
    memoryMiB: 128,
    timeoutMs: 3000,
    tmpMiB: 512,
    code: '0'.repeat(64),
    layers: [],
    variables: {},
    logGroup: `/aws/lambda/${name}`,
    logFormat: 'Text',
    egress: openEgress,
    ...(reserved === undefined ? {} : { reservedConcurrency: reserved }),
  };
}

function outcomeOf(call: Call, result: 'ok' | 'error'): Outcome {
  const failed = result === 'error' ? { functionError: 'Unhandled' as const } : {};
  const report = {
    requestId: call.requestId,
    status: result === 'ok' ? ('success' as const) : ('error' as const),
    durationMs: 1,
    billedMs: 1,
    memoryMiB: 128,
    maxMemoryMiB: 40,
    egressBytes: 0,
  };
  return {
    payload: Buffer.from('null'),
    contentType: 'application/json',
    executedVersion: '$LATEST',
    environment: 'e',
    report,
    ...failed,
  };
}

export async function open(directory: string, clock = manualClock(), ports: Partial<DispatchPorts> = {}): Promise<World> {
  const store = await openStore({
    reserveBytes: SMALL_RESERVE,
    directory,
    schema: {
      collections: [
        ...dispatchSchema.collections,
        bucketNotifications,
        eventBuses,
        eventRules,
        eventTargets,
        topicSubscriptions,
      ] as never,
      topics: [...topics, ...dispatchSchema.topics],
    },
    clock,
    logger: silentLogger,
  });
  const calls: Call[] = [];
  const world = { store, clock, calls, puts: [], behave: async () => 'ok' } as unknown as World;
  const dispatch = createDispatch({
    store,
    clock,
    ids: randomIds,
    logger: silentLogger,
    concurrency: 1000,
    reservedTotal: () => 0,
    meter: () => {},
    meterIn: async () => {},
    put: async (_tx, target, item) => void world.puts.push({ target, item }),
    box: { seal: (text) => `sealed:${text}`, open: (sealed) => sealed.slice(7) },
    mayAct: async () => true,
    storeObject: async () => {},
    notifications: {
      notificationFacts: () => ({ endpoint: 'http://platform', certificatePath: '/pem', sign: () => 'signature' }),
      sendHttp: async () => ({ ok: true }),
      sendEmail: async () => ({ ok: true }),
    },
    sources: { streams: {} },
    asyncSettings: async () => ({ maxRetries: 2, maxAgeMs: 21_600_000 }),
    mayInvoke: async (arn) => arn !== arnOf('forbidden'),
    resolveFunction: async (_place, arn) => {
      const name = arn.split(':').at(-1)!;
      if (name === 'gone') throw fail('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
      const spec = specOf(name, name === 'off' ? 0 : undefined);
      if (name === 'with-dead-letters') return { ...spec, deadLetter: `arn:aws:sqs:us-east-1:${ACCOUNT}:dead` };
      return name === 'may-recur' ? { ...spec, mayRecur: true } : spec;
    },
    invoke: async (call) => {
      calls.push(call);
      return outcomeOf(call, await world.behave(call));
    },
    ...ports,
  });
  return Object.assign(world, {
    dispatch,
    close: async () => {
      await dispatch.stop(AbortSignal.timeout(2000));
      await store.close();
    },
  });
}

const directories: string[] = [];
export const directory = () => {
  directories.push(temporaryDirectory());
  return directories.at(-1)!;
};
after(() => {
  for (const one of directories) removeDirectory(one);
});

export async function until(what: string, done: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.fail(`it did not come to this: ${what}`);
}

export const route = async (world: World, path: string, query = '') =>
  (await askRoute(world.dispatch.routes.find((one) => one.path === path)!, {
    query: new URLSearchParams(query),
    place,
  })) as never;

export interface Balance {
  topics: {
    topic: string;
    accepted: number;
    notYetRouted: number;
    inFlight: number;
    deliveries: number;
    delivered: number;
    failed: number;
    'dead-lettered': number;
    dropped: number;
    unmatched: number;
    balanced: boolean;
  }[];
  rowsInFlight: number;
}

export const enqueue = (world: World, name: string, requestId = randomIds.uuid()) =>
  world.store.transact((tx) =>
    world.dispatch.enqueue(tx, { ...place, requestId, functionArn: arnOf(name), payload: '{"n":1}', time: world.clock.now() }),
  );

export const ended = async (world: World, topic: string) => {
  const { topics: found, rowsInFlight } = (await route(world, '/events/balance')) as Balance;
  const one = found.find((each) => each.topic === topic)!;
  assert.ok(one.balanced, JSON.stringify(one));
  return one.notYetRouted === 0 && one.inFlight === 0 && rowsInFlight === 0 ? one : undefined;
};

export const put = (world: World, key: string, eventName = 'ObjectCreated:Put') => {
  const body = {
    bucket: 'b',
    owner: ACCOUNT,
    key,
    eventName,
    sequencer: '1',
    requestId: 'r',
    hostId: 'h',
    principalId: 'p',
    sourceIp: '127.0.0.1',
    size: 1,
    etag: 'e',
  };
  return world.store.transact((tx) =>
    tx.append(objectTopic.name, 0, {
      id: randomIds.uuid(),
      type: eventName,
      source: 's3',
      subject: key,
      ...place,
      time: world.clock.now(),
      body,
    }),
  );
};
