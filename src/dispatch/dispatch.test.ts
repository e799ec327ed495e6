import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type ManualClock, manualClock } from '../../test/support/clock.ts';
import { removeDirectory, temporaryDirectory } from '../../test/support/platform.ts';
import { fail, randomIds, silentLogger } from '../kernel/index.ts';
import {
  bucketNotifications,
  type Call,
  type FunctionSpec,
  functionArn,
  type Outcome,
  objectTopic,
  openEgress,
  type PutItem,
  type PutTarget,
  topics,
} from '../model/index.ts';
import { type OpenStore, openStore } from '../store/index.ts';
import { createDispatch, type Dispatch, dispatchSchema } from './index.ts';

const ACCOUNT = '000000000000';
const place = { account: ACCOUNT, region: 'us-east-1' };
const arnOf = (name: string) => functionArn('us-east-1', ACCOUNT, name);

interface World {
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

async function open(directory: string, clock = manualClock()): Promise<World> {
  const store = await openStore({
    directory,
    schema: { collections: [...dispatchSchema.collections, bucketNotifications] as never, topics },
    clock,
    logger: silentLogger,
  });
  const calls: Call[] = [];
  const world = { store, clock, calls, puts: [], behave: async () => 'ok' } as unknown as World;
  const dispatch = createDispatch({
    store,
    clock,
    logger: silentLogger,
    concurrency: 1000,
    reservedTotal: () => 0,
    meter: () => {},
    meterIn: async () => {},
    put: async (_tx, target, item) => void world.puts.push({ target, item }),
    mayAct: async () => true,
    storeObject: async () => {},
    asyncSettings: async () => ({ maxRetries: 2, maxAgeMs: 21_600_000 }),
    mayInvoke: async (arn) => arn !== arnOf('forbidden'),
    resolveFunction: async (_place, arn) => {
      const name = arn.split(':').at(-1)!;
      if (name === 'gone') throw fail('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
      return specOf(name, name === 'off' ? 0 : undefined);
    },
    invoke: async (call) => {
      calls.push(call);
      return outcomeOf(call, await world.behave(call));
    },
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
const directory = () => {
  directories.push(temporaryDirectory());
  return directories.at(-1)!;
};
after(() => {
  for (const one of directories) removeDirectory(one);
});

async function until(what: string, done: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.fail(`it did not come to this: ${what}`);
}

const request = (query = '') => ({
  params: {},
  query: new URLSearchParams(query),
  body: undefined,
  place,
  signal: new AbortController().signal,
});
const route = async (world: World, path: string, query = '') =>
  (await world.dispatch.routes.find((one) => one.path === path)!.handle(request(query))) as never;

interface Balance {
  topics: {
    topic: string;
    accepted: number;
    notYetRouted: number;
    inFlight: number;
    deliveries: number;
    delivered: number;
    failed: number;
    dropped: number;
    unmatched: number;
    balanced: boolean;
  }[];
  rowsInFlight: number;
}

const enqueue = (world: World, name: string, requestId = randomIds.uuid()) =>
  world.store.transact((tx) =>
    world.dispatch.enqueue(tx, { ...place, requestId, functionArn: arnOf(name), payload: '{"n":1}', time: world.clock.now() }),
  );

const ended = async (world: World, topic: string) => {
  const { topics: found, rowsInFlight } = (await route(world, '/events/balance')) as Balance;
  const one = found.find((each) => each.topic === topic)!;
  assert.ok(one.balanced, JSON.stringify(one));
  return one.notYetRouted === 0 && one.inFlight === 0 && rowsInFlight === 0 ? one : undefined;
};

test('an accepted invocation runs with its request id and ends as delivered', async () => {
  const world = await open(directory());
  await world.dispatch.start();
  const id = randomIds.uuid();
  await enqueue(world, 'f', id);
  await until('delivered', async () => (await ended(world, 'lambda.async'))?.delivered === 1);
  assert.deepEqual(
    world.calls.map((call) => [call.requestId, call.payload.toString()]),
    [[id, '{"n":1}']],
  );
  await world.close();
});

test('a failing function is tried three times, after one and two minutes, with the same id', async () => {
  const world = await open(directory());
  world.behave = async () => 'error';
  await world.dispatch.start();
  await enqueue(world, 'f');
  const waiting = (tries: number) =>
    until(`${tries} tries recorded`, async () => {
      const { deliveries } = (await route(world, '/events/deliveries')) as {
        deliveries: { attempts: number; retryAt?: number }[];
      };
      return deliveries[0]?.attempts === tries && deliveries[0].retryAt !== undefined;
    });
  await waiting(1);
  await world.clock.advance(59_000);
  assert.equal(world.calls.length, 1);
  await world.clock.advance(1001);
  await waiting(2);
  await world.clock.advance(120_001);
  await until('failed', async () => (await ended(world, 'lambda.async'))?.failed === 1);
  assert.equal(world.calls.length, 3);
  assert.equal(new Set(world.calls.map((call) => call.requestId)).size, 1);
  const { deliveries } = (await route(world, '/events/deliveries', 'state=failed')) as {
    deliveries: { reason: string; attempts: number }[];
  };
  assert.deepEqual(
    deliveries.map(({ reason, attempts }) => [reason, attempts]),
    [['RetriesExhausted', 3]],
  );
  await world.close();
});

test('removed functions, missing permission and zero concurrency end deliveries without running anything', async () => {
  const world = await open(directory());
  await world.store.transact((tx) =>
    tx.put(bucketNotifications, {
      bucket: 'b',
      ...place,
      rules: [{ id: 'r', events: ['s3:ObjectCreated:*'], target: { kind: 'function', arn: arnOf('forbidden') } }],
    }),
  );
  await world.dispatch.start();
  await enqueue(world, 'gone');
  await enqueue(world, 'off');
  await put(world, 'k');
  await put(world, 'k', 'ObjectRemoved:Delete');
  await until('three ends', async () => {
    const [invoked, stored] = [await ended(world, 'lambda.async'), await ended(world, 's3.objects')];
    return invoked?.dropped === 1 && invoked.failed === 1 && stored?.dropped === 1 && stored.unmatched === 1;
  });
  assert.equal(world.calls.length, 0);
  await world.close();
});

const put = (world: World, key: string, eventName = 'ObjectCreated:Put') => {
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

test('a slow function holds up nobody else, and its backlog waits in the store', async () => {
  const world = await open(directory());
  const release: (() => void)[] = [];
  world.behave = async (call) => {
    if (call.function.name === 'slow') await new Promise<void>((resolve) => release.push(resolve));
    return 'ok';
  };
  await world.dispatch.start();
  for (let i = 0; i < 250; i++) void enqueue(world, 'slow');
  await enqueue(world, 'fast');
  await until('fast ran', () => world.calls.some((call) => call.function.name === 'fast'));
  await until('slow is at its bound', () => release.length === 100);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(release.length, 100);
  const drain = setInterval(() => {
    for (const go of release.splice(0)) go();
  }, 1);
  await until('all delivered', async () => (await ended(world, 'lambda.async'))?.delivered === 251);
  clearInterval(drain);
  assert.equal(world.calls.length, 251);
  await world.close();
});

test('what was being tried when the process ended is tried again, and has one outcome', async () => {
  const at = directory();
  const first = await open(at);
  first.behave = () => new Promise(() => {});
  await first.dispatch.start();
  for (let i = 0; i < 150; i++) void enqueue(first, 'f');
  await until('some are being tried', () => first.calls.length === 100);
  await first.dispatch.stop(AbortSignal.abort());
  await first.store.close();
  const second = await open(at, first.clock);
  await second.dispatch.start();
  await until('all delivered', async () => (await ended(second, 'lambda.async'))?.delivered === 150);
  const tried = new Set(second.calls.map((call) => call.requestId));
  assert.ok(first.calls.every((call) => tried.has(call.requestId)));
  assert.equal(second.calls.length, 150);
  await second.close();
});
