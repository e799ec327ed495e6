import { type Clock, describe, type Logger, Rounds, type Store } from '../../kernel/index.ts';
import { type ScheduleGroup, scheduleGroups, schedules } from '../../model/index.ts';
import { removeSchedule } from './schedule-rows.ts';

export interface GroupWorkDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

const AGAIN_MS = 1000;
const BATCH = 200;

/** Deletes the schedules of groups that are being deleted, a batch at a time, and then the groups; woken for each, and goes on after a restart. */
export function createGroupWork({ store, clock, logger }: GroupWorkDeps): Rounds {
  return new Rounds({
    clock,
    firstMs: 0,
    everyMs: AGAIN_MS,
    round: (signal) => removeGroups(store, signal),
    failed: (error) => logger.warn('schedule groups could not be deleted, trying again', { error: describe(error) }),
  });
}

/** Resolves to Infinity: the next group comes with its own waking. */
async function removeGroups(store: Store, signal: AbortSignal): Promise<number> {
  for (;;) {
    const { items } = await store.read.range(scheduleGroups, { index: 'state', prefix: ['DELETING'], limit: 1 });
    if (signal.aborted || !items[0]) return Number.POSITIVE_INFINITY;
    await removeBatch(store, items[0]);
  }
}

function removeBatch(store: Store, { account, region, name }: ScheduleGroup): Promise<unknown> {
  return store.transact(async (tx) => {
    const page = await tx.range(schedules, { prefix: [account, region, name], limit: BATCH });
    for (const row of page.items) await removeSchedule(tx, row);
    if (page.next === undefined) await tx.delete(scheduleGroups, [account, region, name]);
  });
}
