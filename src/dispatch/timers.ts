import { type Clock, describe, type Logger, type Service, type Store, type Transaction } from '../kernel/index.ts';
import {
  type BusEvent,
  busEventInput,
  busTopic,
  type DueSchedule,
  eventRules,
  eventTime,
  fire,
  parseArn,
  type ScheduleRow,
  schedules,
  scheduleTopic,
  setTimer,
  type Timer,
  timers,
} from '../model/index.ts';
import { idOf } from './subscription.ts';

export interface TimerPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longest sleep; a schedule that was made meanwhile is seen then. One read of one index entry each time, however many wait. */
const LOOK_MS = 1000;
const BATCH = 100;
/** A clock that went back by less is taken to repeat itself: what fired in that time does not fire again. */
const BACK_MS = 3 * 60 * 60 * 1000;

/**
 * Fires schedules and scheduled rules when they are due (DESIGN §4): in one transaction the event is appended and the timer set to its next
 * time, so that a crash neither loses nor repeats one.
 */
export function createTimers(ports: TimerPorts): Service {
  const { store, clock, logger } = ports;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  let seen = Number.NEGATIVE_INFINITY;
  const round = async () => {
    const now = clock.now();
    if (now < seen - BACK_MS) await setBack(store, now);
    seen = now;
    const [first] = (await store.read.range(timers, { index: 'due', limit: 1 })).items;
    if (first && first.due <= now) {
      const { items } = await store.read.range(timers, { index: 'due', limit: BATCH });
      await store.transact((tx) => fireAll(tx, items, now, logger));
      return 0;
    }
    return Math.min(Math.max((first?.due ?? Number.POSITIVE_INFINITY) - clock.now(), 0), LOOK_MS);
  };
  const look = () => {
    running = round()
      .catch((error) => {
        logger.warn('timers could not be looked at, trying again', { error: describe(error) });
        return LOOK_MS;
      })
      .then((sleepMs) => {
        if (!stopped) cancel = clock.after(sleepMs, look);
      });
  };
  return {
    async start() {
      await setBack(store, clock.now());
      look();
    },
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}

/** Timers that fired in a future which the clock has taken back count from now. */
async function setBack(store: Store, now: number): Promise<void> {
  for (;;) {
    const { items } = await store.read.range(timers, { index: 'last', from: [now + BACK_MS], limit: BATCH });
    if (items.length === 0) return;
    await store.transact(async (tx) => {
      for (const timer of items) await replace(tx, timer, setTimer(timer, now));
    });
  }
}

/** Fires those of the timers that are due. */
async function fireAll(tx: Transaction, looked: readonly Timer[], now: number, logger: Logger): Promise<void> {
  for (const { arn } of looked) {
    const timer = await tx.get(timers, [arn]);
    if (!timer || timer.due > now) continue;
    const { time, next } = fire(timer, now);
    const gone =
      timer.kind === 'rule' ? await fireRule(tx, timer, time, now) : await fireSchedule(tx, timer, { time, next, now });
    if (time === undefined) logger.warn('a schedule was missed by more than a day', { schedule: timer.arn });
    await replace(tx, timer, gone ? undefined : next);
  }
}

async function replace(tx: Transaction, timer: Timer, next: Timer | undefined): Promise<void> {
  if (next) await tx.put(timers, next);
  else await tx.delete(timers, [timer.arn]);
}

/** A scheduled rule: an event on its bus for this rule only. Resolves true when the rule is gone. */
async function fireRule(tx: Transaction, { arn }: Timer, time: number | undefined, now: number): Promise<boolean> {
  const { region = '', account = '', resource = '' } = parseArn(arn) ?? {};
  const bus = `arn:aws:events:${region}:${account}:event-bus/default`;
  const rule = await tx.get(eventRules, [bus, resource.slice('rule/'.length)]);
  if (!rule?.enabled || rule.schedule === undefined) return true;
  if (time === undefined) return false;
  const id = idOf(`${arn}\n${time}`);
  const event: BusEvent = {
    id,
    source: 'aws.events',
    detailType: 'Scheduled Event',
    account,
    region,
    time: eventTime(time),
    resources: [arn],
    detail: '{}',
    bus,
    ingested: now,
    rule: arn,
  };
  await tx.append(busTopic.name, 0, busEventInput(event, id, undefined));
  return false;
}

/** A schedule: an event that carries its target. Resolves true when the schedule is gone, or goes with its last time. */
async function fireSchedule(
  tx: Transaction,
  { arn }: Timer,
  { time, next, now }: { time: number | undefined; next: Timer | undefined; now: number },
): Promise<boolean> {
  const key = keyOf(arn);
  const row = await tx.get(schedules, key);
  if (!row?.enabled) return true;
  if (time !== undefined) await tx.append(scheduleTopic.name, 0, dueEvent(row, { arn, time, now }));
  if (!next && row.deleteWhenDone) await tx.delete(schedules, key);
  return false;
}

function keyOf(arn: string): [string, string, string, string] {
  const { account = '', region = '', resource = '' } = parseArn(arn) ?? {};
  const [, group = '', name = ''] = resource.split('/');
  return [account, region, group, name];
}

function dueEvent({ account, region, target }: ScheduleRow, { arn, time, now }: { arn: string; time: number; now: number }) {
  const executionId = idOf(`${arn}\n${time}`);
  const body: DueSchedule = { arn, account, region, scheduledTime: time, executionId, target };
  return { id: executionId, type: 'ScheduleDue', source: 'scheduler', subject: arn, account, region, time: now, body };
}
