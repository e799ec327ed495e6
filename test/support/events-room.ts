import assert from 'node:assert/strict';
import { type Clock, randomIds, type StoredEvent, silentLogger, type Transaction } from '../../src/kernel/index.ts';
import { type BusEvent, busTopic, type OperationContext } from '../../src/model/index.ts';
import { eventsService, schema } from '../../src/services/events/index.ts';
import { openStore } from '../../src/store/index.ts';
import { manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { type Answer, contextOf } from './s3-room.ts';

export interface EventsRoom extends ReturnType<typeof eventsService> {
  /** Runs an operation as the root of ACCOUNT in us-east-1, at the clock's time. */
  readonly call: (operation: string, input?: object, context?: Partial<OperationContext>) => Promise<Answer>;
  readonly transact: <T>(fn: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly read: Awaited<ReturnType<typeof openStore>>['read'];
  readonly clock: Clock & { advance(ms: number): Promise<void> };
  /** Moves time on by little steps until something behind has come to be; fails after ten seconds. */
  until(holds: () => Promise<boolean>): Promise<void>;
  /** All events on buses so far. */
  events(): Promise<readonly (StoredEvent & { body: BusEvent })[]>;
  close(): Promise<void>;
}

export const EVENTS_NOW = Date.UTC(2026, 0, 1, 12);

/** The operations of EventBridge on a real store of their own, with a clock that stands at EVENTS_NOW. */
export async function openEvents(): Promise<EventsRoom> {
  const directory = temporaryDirectory();
  const clock = manualClock(EVENTS_NOW);
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock, logger: silentLogger });
  const checkRole = async (role: string) => (role.endsWith('/stranger') ? ('not-assumable' as const) : ('ok' as const));
  const service = eventsService({ store, clock, ids: randomIds, logger: silentLogger, checkRole });
  return {
    ...service,
    call: (operation, input = {}, context = {}) =>
      service.operations[operation]!(input as never, contextOf({ now: clock.now(), ...context })) as Promise<Answer>,
    transact: (fn) => store.transact(fn),
    read: store.read,
    clock,
    async until(holds) {
      for (const end = Date.now() + 10_000; !(await holds()); await clock.advance(1)) {
        assert.ok(Date.now() < end, 'it did not come');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    events: () => store.read.events(busTopic.name, 0, 1, 1000) as never,
    async close() {
      await service.background.stop(AbortSignal.timeout(1000));
      await store.close();
      removeDirectory(directory);
    },
  };
}
