import {
  allRows,
  type Clock,
  describe,
  isFailure,
  type Logger,
  platformFailure,
  Rounds,
  type Service,
  type Store,
} from '../../kernel/index.ts';
import { type DeliveryEnd, deliveries, links, type WebhookDelivery } from './collections.ts';
import { findLink } from './links.ts';

export interface WorkPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Does what a delivery asks for; resolves to what came of it, for people. */
  readonly run: (row: WebhookDelivery, signal: AbortSignal) => Promise<string>;
  /** Waits before further tries of what may succeed later; default 10 s, 30 s, 2 min, 10 min. */
  readonly retryMs?: readonly number[];
}

export interface Work extends Service {
  wake(): void;
}

const AT_A_TIME = 4;
const EVERY_MS = 60_000;
const WORK_MS = 90 * 60_000;
const RETRY_MS: readonly number[] = [10_000, 30_000, 120_000, 600_000];
const SWEEP_MS = 3600_000;
const KEEP_MS = 30 * 24 * 3600_000;

/** What may be otherwise next time; all else is said once. */
const LATER = new Set(['FetchFailed', 'GitBusy', 'ReleaseUnderWay', 'DeadlineExceeded', 'StoreFull', 'SandboxUnavailable']);

interface Lanes {
  readonly ports: WorkPorts;
  readonly running: Map<string, Promise<void>>;
  readonly stopping: AbortSignal;
  readonly wake: () => void;
}

/** Works off what webhooks told: rows that are open, lane by lane, some lanes at a time. A stop or a kill leaves them open for the next start. */
export function createWork(ports: WorkPorts): Work {
  let ending = new AbortController();
  const running = new Map<string, Promise<void>>();
  let sweepAt = 0;
  const rounds = new Rounds({
    clock: ports.clock,
    firstMs: 0,
    everyMs: EVERY_MS,
    failed: (error) => ports.logger.error('webhooks could not be worked off', { error: describe(error) }),
    async round() {
      if (ports.clock.now() >= sweepAt) {
        await sweep(ports);
        sweepAt = ports.clock.now() + SWEEP_MS;
      }
      return begin({ ports, running, stopping: ending.signal, wake: () => rounds.wake() });
    },
  });
  return {
    wake: () => rounds.wake(),
    async start() {
      ending = new AbortController();
      await rounds.start();
    },
    async stop() {
      ending.abort();
      await rounds.stop();
      await Promise.all(running.values());
    },
  };
}

/** Begins what is due, as far as there is room. Resolves to the ms until something is due. */
async function begin(lanes: Lanes): Promise<number> {
  const items = await allRows(lanes.ports.store.read, deliveries, { index: 'open' });
  const byLane = Map.groupBy(items, ({ lane = '' }) => lane);
  const now = lanes.ports.clock.now();
  let next = EVERY_MS;
  for (const [lane, rows] of byLane) {
    if (lanes.running.has(lane)) continue;
    const { dueAt } = rows.at(-1)!;
    if (dueAt > now) next = Math.min(next, dueAt - now);
    else if (lanes.running.size < AT_A_TIME && !lanes.stopping.aborted) beginLane(lanes, lane, rows);
  }
  return next;
}

function beginLane(lanes: Lanes, lane: string, rows: readonly WebhookDelivery[]): void {
  const { logger } = lanes.ports;
  const work = workLane(lanes, rows)
    .catch((error) => logger.error('a webhook could not be worked off', { lane, error: describe(error) }))
    .then(() => {
      lanes.running.delete(lane);
      lanes.wake();
    });
  lanes.running.set(lane, work);
}

/** The newest stands for all: whoever fetches a branch gets what it is at now. */
async function workLane({ ports, stopping }: Lanes, rows: readonly WebhookDelivery[]): Promise<void> {
  const newest = rows.at(-1)!;
  const { store, retryMs = RETRY_MS } = ports;
  if (newest.attempts > retryMs.length) {
    const why = `dalamb was stopped in the middle of it ${newest.attempts} times`;
    return store.transact((tx) => tx.put(deliveries, ended(newest, 'failed', why)));
  }
  const begun = { ...newest, attempts: newest.attempts + 1 };
  await store.transact(async (tx) => {
    for (const row of rows.slice(0, -1)) await tx.put(deliveries, superseded(row, newest.delivery));
    await tx.put(deliveries, begun);
  });
  const late = new AbortController();
  const cancel = ports.clock.after(WORK_MS, () => late.abort(platformFailure('DeadlineExceeded', `${WORK_MS} ms`)));
  let after: WebhookDelivery;
  try {
    after = ended(begun, 'done', await ports.run(begun, AbortSignal.any([stopping, late.signal])));
  } catch (error) {
    after = stopping.aborted ? newest : failed(ports, begun, error);
  } finally {
    cancel();
  }
  await store.transact((tx) => tx.put(deliveries, after));
}

function failed({ clock, logger, retryMs = RETRY_MS }: WorkPorts, row: WebhookDelivery, error: unknown): WebhookDelivery {
  const detail = isFailure(error) ? error.message : 'a defect of dalamb; it is logged';
  if (!isFailure(error)) logger.error('a webhook failed', { app: row.app, delivery: row.delivery, error: describe(error) });
  const wait = isFailure(error) && LATER.has(error.code) ? retryMs[row.attempts - 1] : undefined;
  if (wait === undefined) return ended(row, 'failed', detail);
  return { ...row, detail: `tried again later: ${detail}`, dueAt: clock.now() + wait };
}

/** by: the delivery that came later. */
export function superseded(row: WebhookDelivery, by: string): WebhookDelivery {
  return ended(row, 'superseded', `a later one came: ${by}`);
}

function ended({ lane: _, ...row }: WebhookDelivery, state: DeliveryEnd, detail: string): WebhookDelivery {
  return { ...row, state, detail: detail.slice(0, 2000) };
}

/** Forgets what is over for long, and the credentials of applications that are gone. */
async function sweep({ store, clock }: WorkPorts): Promise<void> {
  for (const { app } of await allRows(store.read, links))
    await store.transact(async (tx) => {
      if (!(await findLink(tx, app))) await tx.delete(links, [app]);
    });
  const to = [clock.now() - KEEP_MS];
  for (let more = true; more; ) {
    more = await store.transact(async (tx) => {
      const { items, next } = await tx.range(deliveries, { index: 'age', to, limit: 500 });
      const over = items.filter(({ state }) => state !== 'open');
      for (const { link, delivery, part } of over) await tx.delete(deliveries, [link, delivery, part]);
      return next !== undefined && over.length > 0;
    });
  }
}
