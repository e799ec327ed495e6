import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from '../../test/support/platform.ts';
import { type Service, silentLogger } from '../kernel/index.ts';
import {
  type BusEvent,
  busTopic,
  type DueSchedule,
  eventRules,
  ruleArn,
  type ScheduleRow,
  scheduleArn,
  schedules,
  scheduleTopic,
  setTimer,
  type Timer,
  timers,
} from '../model/index.ts';
import { openStore } from '../store/index.ts';
import { createTimers } from './timers.ts';

const ACCOUNT = '000000000000';
const region = 'us-east-1';
const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SCHEMA = { collections: [timers, schedules, eventRules] as never, topics: [busTopic, scheduleTopic] };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Waits for what the engine does behind. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); ) {
    assert.ok(Date.now() < end, 'it did not come');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function world() {
  const directory = temporaryDirectory();
  const clock = manualClock(START);
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema: SCHEMA, clock, logger: silentLogger });
  let engine: Service = createTimers({ store, clock, logger: silentLogger });
  const stop = () => engine.stop(AbortSignal.timeout(1000));
  closing.push(async () => {
    await stop();
    await store.close();
    removeDirectory(directory);
  });
  /** All bodies, when there are at least so many. */
  const bodies = async <T>(topic: string, least: number) => {
    const read = () => store.read.events(topic, 0, 1, 1000);
    await until(async () => (await read()).length >= least);
    return (await read()).map(({ body }) => body as T);
  };
  return {
    store,
    clock,
    start: () => engine.start(),
    /** As after a crash: what was in memory is gone. */
    async restart() {
      await stop();
      engine = createTimers({ store, clock, logger: silentLogger });
      await engine.start();
    },
    stop,
    due: (least = 0) => bodies<DueSchedule>(scheduleTopic.name, least),
    bus: (least = 0) => bodies<BusEvent>(busTopic.name, least),
    timer: (arn: string) => store.read.get(timers, [arn]),
    /** Moves time on second by second until the engine has seen each. */
    async pass(ms: number, step = 1000) {
      for (let left = ms; left > 0; left -= step) {
        await clock.advance(Math.min(step, left));
        await store.transact(async () => {});
        await clock.advance(0);
      }
      for (let i = 0; i < 5; i++) await store.transact(async () => {});
    },
    async schedule(name: string, expression: string, more: Partial<ScheduleRow> = {}) {
      const row: ScheduleRow = {
        ...{ account: ACCOUNT, region, group: 'default', name, created: START, modified: START, expression },
        ...{ enabled: true, deleteWhenDone: false },
        target: { Arn: `arn:aws:sqs:${region}:${ACCOUNT}:q`, RoleArn: `arn:aws:iam::${ACCOUNT}:role/r` },
        ...more,
      };
      const arn = scheduleArn(row);
      const setting = { expression, dialect: 'scheduler' as const, anchor: START };
      const timer = setTimer({ arn, kind: 'schedule', setting, windowMs: 0 }, clock.now());
      await store.transact(async (tx) => {
        await tx.put(schedules, row);
        if (timer) await tx.put(timers, timer);
      });
      return arn;
    },
  };
}

test('a schedule fires at each of its times, once, with its target', async () => {
  const { start, pass, due, schedule } = await world();
  const arn = await schedule('s', 'rate(1 minute)');
  await start();
  await pass(2 * MINUTE + 30_000, 10_000);
  const fired = await due(2);
  assert.deepEqual(
    fired.map(({ scheduledTime }) => scheduledTime),
    [START + MINUTE, START + 2 * MINUTE],
  );
  assert.equal(fired[0]!.arn, arn);
  assert.equal(fired[0]!.target.Arn, `arn:aws:sqs:${region}:${ACCOUNT}:q`);
  assert.notEqual(fired[0]!.executionId, fired[1]!.executionId);
});

test('a schedule that ends goes, if it is told to', async () => {
  const { start, pass, due, schedule, store, timer } = await world();
  const kept = await schedule('kept', 'at(2026-01-01T00:01:00)');
  const gone = await schedule('gone', 'at(2026-01-01T00:01:00)', { deleteWhenDone: true });
  await start();
  await pass(MINUTE + 2000);
  assert.equal((await due(2)).length, 2);
  assert.deepEqual([await timer(kept), await timer(gone)], [undefined, undefined]);
  assert.ok(await store.read.get(schedules, [ACCOUNT, region, 'default', 'kept']));
  assert.equal(await store.read.get(schedules, [ACCOUNT, region, 'default', 'gone']), undefined);
});

test('a scheduled rule gets an event of its own', async () => {
  const { start, pass, bus, store } = await world();
  const arn = ruleArn(region, ACCOUNT, 'default', 'tick');
  const rule = {
    bus: `arn:aws:events:${region}:${ACCOUNT}:event-bus/default`,
    name: 'tick',
    arn,
    account: ACCOUNT,
    enabled: true,
  };
  const setting = { expression: 'rate(1 minute)', dialect: 'rule' as const, anchor: START };
  await store.transact(async (tx) => {
    await tx.put(eventRules, { ...rule, schedule: 'rate(1 minute)' });
    await tx.put(timers, setTimer({ arn, kind: 'rule', setting, windowMs: 0 }, START)!);
  });
  await start();
  await pass(MINUTE + 2000);
  const [event, ...others] = await bus(1);
  assert.equal(others.length, 0);
  assert.deepEqual(
    [event!.source, event!.detailType, event!.resources, event!.rule, event!.time, event!.detail],
    ['aws.events', 'Scheduled Event', [arn], arn, '2026-01-01T00:01:00Z', '{}'],
  );
  await store.transact((tx) => tx.delete(eventRules, [rule.bus, 'tick']));
  await pass(MINUTE);
  await until(async () => (await store.read.get(timers, [arn])) === undefined);
  assert.equal((await bus()).length, 1);
});

test('downtime is made up for once, and a restart repeats nothing', async () => {
  const { start, restart, stop, pass, due, schedule, clock } = await world();
  await schedule('hourly', 'rate(1 hour)');
  await start();
  await pass(HOUR + 1000, MINUTE);
  await restart();
  await pass(2000);
  assert.equal((await due(1)).length, 1);
  await stop();
  await clock.advance(5 * HOUR);
  await restart();
  await pass(2000);
  assert.deepEqual(
    (await due(2)).map(({ scheduledTime }) => (scheduledTime - START) / HOUR),
    [1, 6],
  );
});

test('what was missed by more than a day is left out', async () => {
  const { restart, pass, due, schedule, clock } = await world();
  await schedule('once', 'at(2026-01-01T01:00:00)');
  await clock.advance(3 * DAY);
  await restart();
  await pass(2000);
  assert.deepEqual(await due(), []);
});

test('a clock that leapt ahead and was put back finds its schedules again; one that went back a little repeats nothing', async () => {
  const { restart, pass, due, schedule, clock, timer, store } = await world();
  const arn = await schedule('hourly', 'rate(1 hour)');
  await restart();
  await pass(HOUR + 1000, MINUTE);
  const fired = (await timer(arn)) as Timer;
  await store.transact((tx) =>
    tx.put(timers, { ...fired, last: START + 100 * DAY, at: START + 101 * DAY, due: START + 101 * DAY }),
  );
  await restart();
  await pass(HOUR, MINUTE);
  assert.equal((await due(2)).length, 2);
  const later = (await timer(arn)) as Timer;
  await store.transact((tx) =>
    tx.put(timers, { ...later, last: clock.now() + HOUR, at: later.at + HOUR, due: later.due + HOUR }),
  );
  await restart();
  await pass(HOUR, MINUTE);
  assert.equal((await due(2)).length, 2);
});

test('very many that wait are not looked at', async () => {
  const { start, pass, due, store } = await world();
  const setting = { expression: 'rate(1 day)', dialect: 'scheduler' as const, anchor: START };
  await store.transact(async (tx) => {
    for (let i = 0; i < 500; i++) {
      const arn = scheduleArn({ account: ACCOUNT, region, group: 'default', name: `s${i}` });
      await tx.put(timers, setTimer({ arn, kind: 'schedule', setting, windowMs: 0 }, START)!);
    }
  });
  await start();
  await pass(3000);
  assert.deepEqual(await due(), []);
  assert.equal(await store.read.count(timers, []), 500);
});
