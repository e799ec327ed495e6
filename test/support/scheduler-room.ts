import assert from 'node:assert/strict';
import { silentLogger } from '../../src/kernel/index.ts';
import type { OperationContext } from '../../src/model/index.ts';
import { schedulerService, schema } from '../../src/services/scheduler/index.ts';
import { openStore } from '../../src/store/index.ts';
import { manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { ACCOUNT, type Answer, contextOf } from './s3-room.ts';

export interface SchedulerRoom extends ReturnType<typeof schedulerService> {
  /** Runs an operation as the root of ACCOUNT in us-east-1, at the clock's time. */
  readonly call: (operation: string, input?: object, context?: Partial<OperationContext>) => Promise<Answer>;
  /** CreateSchedule with what it needs, and more. */
  readonly create: (Name: string, more?: object) => Promise<Answer>;
  readonly read: Awaited<ReturnType<typeof openStore>>['read'];
  readonly clock: ReturnType<typeof manualClock>;
  /** Moves time on by little steps until something behind has come to be; fails after ten seconds. */
  until(holds: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export const SCHEDULER_NOW = Date.UTC(2026, 0, 1, 12);
export const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
/** Scheduler may assume this one only. */
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/scheduler`;

/** What every schedule needs. */
export const plain = {
  ScheduleExpression: 'rate(5 minutes)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: QUEUE, RoleArn: ROLE },
};

/** The operations of EventBridge Scheduler on a real store of their own, with a clock that stands at SCHEDULER_NOW. */
export async function openScheduler(): Promise<SchedulerRoom> {
  const directory = temporaryDirectory();
  const clock = manualClock(SCHEDULER_NOW);
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock, logger: silentLogger });
  const checkRole = async (arn: string, service: string) =>
    arn === ROLE && service === 'scheduler.amazonaws.com' ? 'ok' : arn.endsWith('/other') ? 'not-assumable' : 'missing';
  const service = schedulerService({ store, clock, logger: silentLogger, checkRole });
  const call: SchedulerRoom['call'] = (operation, input = {}, context = {}) =>
    service.operations[operation]!(input as never, contextOf({ now: clock.now(), ...context })) as Promise<Answer>;
  return {
    ...service,
    call,
    create: (Name, more = {}) => call('CreateSchedule', { ...plain, Name, ...more }),
    read: store.read,
    clock,
    async until(holds) {
      for (const end = Date.now() + 10_000; !(await holds()); await clock.advance(1)) {
        assert.ok(Date.now() < end, 'it did not come');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    async close() {
      await service.background.stop(AbortSignal.timeout(1000));
      await store.close();
      removeDirectory(directory);
    },
  };
}
