import { describe, Rounds, type Service } from '../../kernel/index.ts';
import { topicSubscriptions } from '../../model/index.ts';
import { deduplications, topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { readArn } from './found.ts';
import { writeSubscription } from './subscription-counts.ts';

const EVERY_MS = 60_000;
const BATCH = 200;
/** Batches in one round: what is left waits for the next. */
const MOST_BATCHES = 50;

/** Removes subscriptions that nobody confirmed in time, and deduplication ids that hold no longer; a bounded round a minute. */
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
    for (const sweep of [sweepSubscriptions, sweepDeduplications])
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
