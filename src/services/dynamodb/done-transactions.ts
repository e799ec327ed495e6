import { createHash } from 'node:crypto';
import { fail, SET_BACK_MS, type Store, type Transaction } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';
import { type DoneTransaction, doneTransactions } from './collections.ts';

/** How long a client's token stands for its transaction. */
const KEPT_MS = 10 * 60 * 1000;
const SLICE = 200;

/** What was asked, as a hash. */
export function requestHash(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64');
}

/** The same transaction, done within ten minutes; throws IdempotentParameterMismatchException when it was another. */
export async function doneBefore(
  tx: Transaction,
  { account, region }: Place,
  asked: { token: string; hash: string; now: number },
): Promise<DoneTransaction | undefined> {
  const done = await tx.get(doneTransactions, [account, region, asked.token]);
  if (!done || done.time <= asked.now - KEPT_MS) return undefined;
  if (done.hash !== asked.hash)
    throw fail(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  return done;
}

/** Forgets the tokens of more than ten minutes ago; those of a future that the clock has taken back hold ten minutes from now on. */
export async function forgetTransactions(store: Store, now: number, signal: AbortSignal): Promise<void> {
  for (let more = true; more && !signal.aborted; ) {
    const { items } = await store.read.range(doneTransactions, { index: 'by-time', from: [now + SET_BACK_MS], limit: SLICE });
    more = items.length === SLICE;
    if (items.length > 0)
      await store.transact(async (tx) => {
        for (const done of items) await tx.put(doneTransactions, { ...done, time: now });
      });
  }
  const to = [Math.max(now - KEPT_MS + 1, 0)];
  for (let more = true; more && !signal.aborted; ) {
    const { items } = await store.read.range(doneTransactions, { index: 'by-time', to, limit: SLICE });
    if (items.length === 0) return;
    await store.transact(async (tx) => {
      for (const { account, region, token } of items) await tx.delete(doneTransactions, [account, region, token]);
    });
    more = items.length === SLICE;
  }
}
