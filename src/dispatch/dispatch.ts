import {
  type Clock,
  type Ids,
  inOrder,
  type Logger,
  type SecretBox,
  type Service,
  type Store,
  type StoreSchema,
} from '../kernel/index.ts';
import {
  batchThreads,
  books,
  type ControlRoute,
  deliveries,
  type Enqueue,
  type EventSources,
  effects,
  eventSourceMappings,
  type FindAsyncSettings,
  type Invoke,
  type Meter,
  type MeterIn,
  mappingBooks,
  mappingShards,
  mappingTopic,
  type OpenMetrics,
  outcomes,
  type Put,
  type RawRoute,
  type ReservedTotal,
  type ResolveFunction,
  type Run,
  replays,
  type StoreObject,
} from '../model/index.ts';
import { createConcurrencyCounts } from './concurrency-counts.ts';
import { eventRoutes } from './control.ts';
import { Deliverer } from './deliverer.ts';
import { countRun, openCounts } from './delivery-counts.ts';
import { acceptedIds, createAccept, intakeRoutes } from './intake.ts';
import { createMappings } from './mappings/mappings.ts';
import { type MatchPorts, matchers } from './matching.ts';
import { enqueue } from './queue.ts';
import { replayRoutes } from './replay-routes.ts';
import { Replays } from './replays.ts';
import { createRouter } from './router.ts';
import { createExecute, createRun } from './run.ts';
import { createSetBack } from './set-back.ts';
import { createSlots } from './slots.ts';
import { createSweep } from './sweep.ts';
import { webhookDoor, webhookRoutes, webhooks } from './webhooks.ts';

export interface DispatchPorts extends MatchPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly invoke: Invoke;
  readonly resolveFunction: ResolveFunction;
  readonly asyncSettings: FindAsyncSettings;
  readonly reservedTotal: ReservedTotal;
  readonly meter: Meter;
  readonly meterIn: MeterIn;
  readonly box: Pick<SecretBox, 'seal' | 'open'>;
  readonly put: Put;
  readonly openMetrics?: OpenMetrics;
  readonly storeObject: StoreObject;
  readonly sources: EventSources;
  /** Invocations at a time in one account and region. */
  readonly concurrency: number;
}

export interface Dispatch extends Service {
  readonly run: Run;
  readonly enqueue: Enqueue;
  readonly routes: readonly ControlRoute[];
  readonly rawRoutes: readonly RawRoute[];
  /** For metrics. */
  readonly gauges: () => Readonly<Record<string, number>>;
}

export const dispatchSchema: StoreSchema = {
  collections: [
    ...[deliveries, outcomes, effects, books, replays, acceptedIds, webhooks],
    ...[eventSourceMappings, mappingBooks, mappingShards, batchThreads],
  ] as never,
  topics: [mappingTopic],
};

const ATTEMPT_WAIT_MS = 60_000;
const PER_TARGET = 100;
const IN_ALL = 1000;

/** What runs next, and again: the port Run, and every accepted event brought to exactly one outcome for each subscriber. */
export function createDispatch(ports: DispatchPorts): Dispatch {
  const { store, clock } = ports;
  const slots = createSlots(ports.concurrency, ports.reservedTotal);
  const concurrency = createConcurrencyCounts(clock, ports.openMetrics);
  const counts = openCounts(ports.openMetrics);
  let throttles = 0;
  const execute = createExecute({
    ...ports,
    slots,
    running: concurrency.begin,
    ran: (call, outcome) => countRun(counts, call, outcome),
    throttled: (call) => {
      throttles += 1;
      counts.countFunction(call.invokedArn, 'Throttles', 1);
    },
  });
  const known = matchers(store.read, ports);
  const followed = [...known.keys()];
  const deliverer = new Deliverer({
    ...ports,
    ...counts,
    execute,
    enqueue,
    matchers: known,
    maxWaitMs: ATTEMPT_WAIT_MS,
    perTarget: PER_TARGET,
    inAll: IN_ALL,
  });
  const again = new Replays({ ...ports, matchers: known, deliverer });
  const accept = createAccept(ports);
  const mappings = createMappings({ ...ports, ...counts, execute });
  const routers = followed.map((topic) => createRouter({ ...ports, ...counts, matchers: known, deliverer }, topic));
  const resuming: Service = { start: () => deliverer.resume(), stop: (deadline) => deliverer.stop(deadline) };
  const setBack = createSetBack({ ...ports, waits: (target) => deliverer.wait(target), due: (at) => deliverer.alarm(at) });
  const lifecycle = inOrder([concurrency, resuming, setBack, ...routers, again, mappings, createSweep(ports)]);
  return {
    run: createRun(execute, ports.meter, () => clock.now()),
    enqueue,
    rawRoutes: [webhookDoor({ ...ports, accept })],
    routes: [
      ...eventRoutes({ ...ports, followed, held: mappings.held }),
      ...replayRoutes({ ...ports, topics: followed, wake: () => again.wake() }),
      ...intakeRoutes(accept),
      ...webhookRoutes({ ...ports, accept }),
      ...mappings.routes,
    ],
    gauges: () => ({
      dalamb_invocations_in_progress: slots.inUse(),
      dalamb_deliveries_active: deliverer.active(),
      dalamb_throttles_total: throttles,
      ...mappings.gauges(),
    }),
    start: lifecycle.start,
    stop: lifecycle.stop,
  };
}
