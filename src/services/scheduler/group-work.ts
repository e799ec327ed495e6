import { type Clock, describe, type Logger, type Service, type Store } from '../../kernel/index.ts';
import { type ScheduleGroup, scheduleGroups, schedules } from '../../model/index.ts';
import { removeSchedule } from './schedule-rows.ts';

export interface GroupWorkDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface GroupWork extends Service {
  /** There may be a group to delete. */
  wake(): void;
}

const AGAIN_MS = 1000;
const BATCH = 200;

/** Deletes the schedules of groups that are being deleted, a batch at a time, and then the groups; goes on after a restart. */
export function createGroupWork({ store, clock, logger }: GroupWorkDeps): GroupWork {
  let cancel = () => {};
  let running: Promise<void> | undefined;
  let stopped = true;
  const work = async () => {
    for (;;) {
      const { items } = await store.read.range(scheduleGroups, { index: 'state', prefix: ['DELETING'], limit: 1 });
      if (stopped || !items[0]) return;
      await removeBatch(store, items[0]);
    }
  };
  const begin = () => {
    cancel();
    const before = running ?? Promise.resolve();
    running = before.then(work).catch((error) => {
      logger.warn('schedule groups could not be deleted, trying again', { error: describe(error) });
      if (!stopped) cancel = clock.after(AGAIN_MS, begin);
    });
  };
  return {
    wake: () => {
      if (!stopped) begin();
    },
    async start() {
      stopped = false;
      begin();
    },
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}

function removeBatch(store: Store, { account, region, name }: ScheduleGroup): Promise<unknown> {
  return store.transact(async (tx) => {
    const page = await tx.range(schedules, { prefix: [account, region, name], limit: BATCH });
    for (const row of page.items) await removeSchedule(tx, row);
    if (page.next === undefined) await tx.delete(scheduleGroups, [account, region, name]);
  });
}
