import { describe, Rounds, type Service } from '../../kernel/index.ts';
import type { Announcement } from './change-object.ts';
import { type Lifecycle, lifecycles } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { expireBucket } from './expire-versions.ts';
import { readRules } from './object-expiry.ts';

type SweepDeps = Pick<S3Deps, 'store' | 'clock' | 'ids' | 'logger'>;

const EVERY_MS = 60_000;
/** Between batches, so that a large bucket never holds up what people wait for. */
const PAUSE_MS = 5;
const BATCH = 100;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Ends what lifecycles say is over. Rules count in days that end at midnight (UTC), so each bucket is looked over once a day, and when its rules change. */
export function createLifecycleSweep(deps: SweepDeps): Service {
  return new Rounds({
    clock: deps.clock,
    everyMs: EVERY_MS,
    round: (signal) => sweepLifecycles(deps, signal),
    failed: (error) => deps.logger.error('lifecycles could not be read', { error: describe(error) }),
  });
}

/** Looks over all buckets that are due, until signal aborts. A bucket that fails is tried again in the next round. */
export async function sweepLifecycles(deps: SweepDeps, signal: AbortSignal): Promise<void> {
  const today = Math.floor(deps.clock.now() / DAY_MS) * DAY_MS;
  let after: readonly (string | number)[] | undefined;
  do {
    const bounds = after ? { after } : {};
    const due = await deps.store.read.range(lifecycles, { index: 'by-swept', ...bounds, to: [today], limit: BATCH });
    for (const lifecycle of due.items) if (!signal.aborted) await sweepBucket(deps, lifecycle, { today, signal });
    after = due.next;
  } while (after && !signal.aborted);
}

interface Sweeping {
  readonly today: number;
  readonly signal: AbortSignal;
}

async function sweepBucket(deps: SweepDeps, lifecycle: Lifecycle, { today, signal }: Sweeping): Promise<void> {
  const { store, clock, ids, logger } = deps;
  const { bucket, region } = lifecycle;
  const now = clock.now();
  const requestId = ids.hex(8).toUpperCase();
  const origin = { region, requestId, principalId: 's3.amazonaws.com', sourceIp: 's3.amazonaws.com' };
  const announcement = (): Announcement => ({ id: ids.uuid(), time: now, origin });
  const pause = async () => {
    if (!signal.aborted) await paused(deps, signal);
    return !signal.aborted;
  };
  try {
    const round = { store, bucket, rules: readRules(lifecycle), now, announcement, pause };
    if (await expireBucket(round)) await settle(store, lifecycle, today);
  } catch (error) {
    if (!signal.aborted) logger.error('a lifecycle could not be enforced', { bucket, error: describe(error) });
  }
}

/** Done for today, unless the rules are other ones by now. */
async function settle(store: SweepDeps['store'], { bucket, changed }: Lifecycle, today: number): Promise<void> {
  await store.transact(async (tx) => {
    const current = await tx.get(lifecycles, [bucket]);
    if (current?.changed === changed) await tx.put(lifecycles, { ...current, swept: today });
  });
}

function paused({ clock }: SweepDeps, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(PAUSE_MS, done);
    signal.addEventListener('abort', done);
  });
}
