import { describe, Rounds, SET_BACK_MS, type Service } from '../../kernel/index.ts';
import { topicSubscriptions } from '../../model/index.ts';
import { DEDUPLICATION_MS } from './append-message.ts';
import { asked, deduplications, topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { readArn } from './found.ts';
import { writeSubscription } from './subscription-counts.ts';

const EVERY_MS = 60_000;
const BATCH = 200;
/** Batches in one round: what is left waits for the next. */
const MOST_BATCHES = 50;

/**
 * Removes subscriptions that nobody confirmed in time, deduplication ids that hold no longer, and what no limit counts any more; a bounded
 * round a minute.
 */
export function createSweep(deps: SnsDeps): Service {
  const rounds: Rounds = new Rounds({
    clock: deps.clock,
    everyMs: EVERY_MS,
    round: () => sweepRound(deps, () => !rounds.stopped),
    failed: () => {}, // a round tells its failures itself
  });
  return rounds;
}

/** One round, for as long as it may go on. Never rejects. */
export async function sweepRound(deps: Pick<SnsDeps, 'store' | 'clock' | 'logger'>, goesOn: () => boolean): Promise<void> {
  try {
    for (const sweep of [sweepSubscriptions, sweepDeduplications, shortenDeduplications, sweepAsked])
      for (let batches = 0; batches < MOST_BATCHES && goesOn(); batches++) if (!(await sweep(deps))) break;
  } catch (error) {
    deps.logger.error('sweeping failed, trying again in the next round', { error: describe(error) });
  }
}

/** One batch; answers whether there may be more. */
async function sweepSubscriptions({ store, clock }: Pick<SnsDeps, 'store' | 'clock'>): Promise<boolean> {
  const now = clock.now();
  const due = await store.read.range(topicSubscriptions, { index: 'by-expiry', to: [now + 1], limit: BATCH });
  if (due.items.length === 0) return false;
  await store.transact(async (tx) => {
    for (const { topicArn, id } of due.items) {
      const before = await tx.get(topicSubscriptions, [topicArn, id]);
      if (before?.expires === undefined || before.expires > now) continue;
      const { account, region, resource } = readArn(topicArn, 'TopicArn');
      const topic = await tx.get(topics, [account, region, resource]);
      if (topic) await writeSubscription(tx, topic, { before });
      else await tx.delete(topicSubscriptions, [topicArn, id]);
    }
  });
  return due.next !== undefined;
}

async function sweepDeduplications({ store, clock }: Pick<SnsDeps, 'store' | 'clock'>): Promise<boolean> {
  const now = clock.now();
  const due = await store.read.range(deduplications, { index: 'by-expiry', to: [now + 1], limit: BATCH });
  if (due.items.length === 0) return false;
  await store.transact(async (tx) => {
    for (const { topicArn, scope, deduplicationId } of due.items) {
      const found = await tx.get(deduplications, [topicArn, scope, deduplicationId]);
      if (found && found.expires <= now) await tx.delete(deduplications, [topicArn, scope, deduplicationId]);
    }
  });
  return due.next !== undefined;
}

/** After a clock was set back an id holds for its interval from now on, not for as long as the clock was set back. */
async function shortenDeduplications({ store, clock }: Pick<SnsDeps, 'store' | 'clock'>): Promise<boolean> {
  const expires = clock.now() + DEDUPLICATION_MS;
  const range = { index: 'by-expiry', from: [expires + SET_BACK_MS], limit: BATCH };
  const late = await store.read.range(deduplications, range);
  if (late.items.length === 0) return false;
  await store.transact(async (tx) => {
    for (const { topicArn, scope, deduplicationId } of late.items) {
      const found = await tx.get(deduplications, [topicArn, scope, deduplicationId]);
      if (found && found.expires > expires) await tx.put(deduplications, { ...found, expires });
    }
  });
  return late.next !== undefined;
}

async function sweepAsked({ store, clock }: Pick<SnsDeps, 'store' | 'clock'>): Promise<boolean> {
  const now = clock.now();
  const over = await store.read.range(asked, { index: 'by-end', to: [now + 1], limit: BATCH });
  if (over.items.length === 0) return false;
  await store.transact(async (tx) => {
    for (const { kind, of } of over.items) {
      const found = await tx.get(asked, [kind, of]);
      if (found && found.until <= now) await tx.delete(asked, [kind, of]);
    }
  });
  return over.next !== undefined;
}
