import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom } from '../../test/support/account-room.ts';
import { platformFailure, silentLogger } from '../kernel/index.ts';
import { askRoute } from '../model/control-route.fixture.ts';
import { type LogPage, logChunks, type MeterRecord, meterTopic } from '../model/index.ts';
import { createObserve } from './observe.ts';
import { sweepLogs } from './sweep.ts';

const stream = { account: ACCOUNT, region: 'eu-west-1', group: '/aws/lambda/f', stream: 's' };
const record = (time: number, more: Partial<MeterRecord> = {}): MeterRecord => ({
  requestId: 'id',
  status: 'success',
  durationMs: 12.5,
  billedMs: 13,
  memoryMiB: 128,
  maxMemoryMiB: 40,
  egressBytes: 0,
  account: ACCOUNT,
  region: 'eu-west-1',
  function: 'f',
  version: '$LATEST',
  time,
  kind: 'sync',
  environment: 'e',
  ...more,
});

test('lines make their group and stream, and are there 100 ms later', async (t) => {
  const { observe, logs, clock } = await accountRoom(t);
  observe.writeLog(stream, [
    { time: clock.now(), text: 'a' },
    { time: clock.now(), text: 'b' },
  ]);
  observe.writeLog(stream, [{ time: clock.now() - 5, text: 'c' }]);
  await clock.advance(100);
  await observe.flush();
  const { events } = await logs('GetLogEvents', { logGroupName: '/aws/lambda/f', logStreamName: 's' });
  assert.deepEqual(
    events.map((e: { message: string }) => e.message),
    ['c\n', 'a\n', 'b\n'],
  );
});

test('lines go on into a group or stream that was deleted under way', async (t) => {
  const { observe, logs, clock } = await accountRoom(t);
  const write = async (text: string) => {
    observe.writeLog(stream, [{ time: clock.now(), text }]);
    await observe.flush();
  };
  const read = async () =>
    (await logs('FilterLogEvents', { logGroupName: stream.group })).events.map((e: { message: string }) => e.message);
  await write('1');
  await logs('DeleteLogStream', { logGroupName: stream.group, logStreamName: 's' });
  await write('2');
  assert.deepEqual(await read(), ['2\n']);
  await logs('DeleteLogGroup', { logGroupName: stream.group });
  await write('3');
  assert.deepEqual(await read(), ['3\n']);
});

test('meters reach the topic, the sums and the metrics', async (t) => {
  const { observe, store, clock, root } = await accountRoom(t);
  observe.meter(record(clock.now()));
  observe.meter(record(clock.now(), { status: 'timeout', initMs: 100 }));
  await observe.flush();
  await store.transact((tx) => observe.meterIn(tx, record(clock.now(), { status: 'error', kind: 'async' })));
  const events = await store.read.events(meterTopic.name, 0, 1, 10);
  const bodies = events.map((event) => (event.body as { records: MeterRecord[] }).records.length);
  assert.deepEqual(bodies, [2, 1]);
  const route = observe.routes.find((one) => one.path === '/usage')!;
  const place = { account: root.account, region: 'eu-west-1' };
  const { functions } = (await askRoute(route, { place })) as { functions: Record<string, unknown>[] };
  assert.deepEqual(
    [functions[0]?.invocations, functions[0]?.errors, functions[0]?.timeouts, functions[0]?.coldStarts],
    [3, 2, 1, 1],
  );
  assert.equal(functions[0]?.billedMiBMs, 3 * 13 * 128);
  const text = observe.metrics({ dalamb_x: 7, 'bad name': 1 });
  assert.match(text, /dalamb_function_invocations_total\{account="123456789012",region="eu-west-1",function="f"\} 3\n/);
  assert.match(text, /dalamb_function_duration_seconds_bucket\{[^}]*le="0.05"\} 3\n/);
  assert.match(text, /dalamb_x 7\n/);
  assert.doesNotMatch(text, /bad name/);
});

test('a full store keeps lines waiting; beyond the bound they are dropped, counted and said', async (t) => {
  const { store, clock, logs } = await accountRoom(t);
  let full = true;
  const failing = {
    ...store,
    read: store.read,
    health: () => store.health(),
    transact: (fn: never) => (full ? Promise.reject(platformFailure('StoreFull')) : store.transact(fn)),
  };
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const { randomIds } = await import('../kernel/index.ts');
  const observe = createObserve({
    store: failing as never,
    clock,
    ids: randomIds,
    logger,
    readLog: async () => ({ events: [] }),
  });
  const text = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 40; i++) observe.writeLog(stream, [{ time: clock.now(), text }]);
  await observe.flush();
  assert.match(observe.metrics(), /dalamb_log_lines_dropped_total 9\n/);
  assert.ok(warnings.some((message) => message.includes('dropped')));
  full = false;
  await observe.flush();
  observe.writeLog(stream, [{ time: clock.now(), text: 'again' }]);
  await observe.flush();
  assert.match(observe.metrics(), /dalamb_log_waiting_bytes 0\n/);
  const { events } = await logs('FilterLogEvents', { logGroupName: stream.group, filterPattern: '?again ?dropped' });
  assert.equal(events.length, 2);
});

test('retention and deletions are swept', async (t) => {
  const { observe, store, clock, logs } = await accountRoom(t);
  const chunks = async () => (await store.read.range(logChunks, { limit: 100 })).items.length;
  observe.writeLog(stream, [{ time: clock.now(), text: 'old' }]);
  await observe.flush();
  await logs('PutRetentionPolicy', { logGroupName: stream.group, retentionInDays: 1 });
  assert.equal(await sweepLogs(store, clock, AbortSignal.timeout(5000)), 0);
  await clock.advance(86_400_001);
  observe.writeLog(stream, [{ time: clock.now(), text: 'new' }]);
  await observe.flush();
  await sweepLogs(store, clock, AbortSignal.timeout(5000));
  assert.equal(await chunks(), 1);
  await logs('DeleteLogGroup', { logGroupName: stream.group });
  await sweepLogs(store, clock, AbortSignal.timeout(5000));
  assert.equal(await chunks(), 0);
});

test('the logs route pages, filters and refuses', async (t) => {
  const { observe, clock } = await accountRoom(t);
  observe.writeLog(
    stream,
    Array.from({ length: 5 }, (_, i) => ({ time: clock.now() + i, text: `line ${i}` })),
  );
  await observe.flush();
  const route = observe.routes.find((one) => one.path === '/logs')!;
  const get = (query: Record<string, string>) =>
    askRoute(route, { query: new URLSearchParams({ group: stream.group, ...query }), place: stream }) as Promise<LogPage>;
  const first = await get({ limit: '2' });
  assert.deepEqual(
    first.lines.map((line) => [line.text, line.stream]),
    [
      ['line 0', 's'],
      ['line 1', 's'],
    ],
  );
  assert.deepEqual(
    (await get({ after: first.next! })).lines.map((line) => line.text),
    ['line 2', 'line 3', 'line 4'],
  );
  assert.equal((await get({ filter: '"line 3"' })).lines.length, 1);
  await assert.rejects(get({ group: 'no' }), { code: 'NoSuchThing' });
  await assert.rejects(get({ since: 'x' }), { code: 'InvalidRequest' });
});
