import type { Transaction } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import { deduplications } from './collections.ts';
import { addToCount } from './counts.ts';
import type { Draft } from './draft.ts';
import { putFifo } from './fifo.ts';
import type { Letter } from './message.ts';
import type { MessageIds } from './message-ids.ts';
import type { Posting } from './postings.ts';
import { boxOf, type Queue } from './queue.ts';
import { DEDUPLICATION_MS } from './receive-attempts.ts';
import { putStandard } from './standard.ts';

/** What the sender is told; of a duplicate, what the first one was. */
export interface Sent {
  readonly messageId: string;
  readonly sequence?: number;
}

/** Puts messages into one queue, in order, in the caller's transaction; counts them once. */
export async function send(tx: Transaction, queue: Queue, postings: readonly Posting[]): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  let added = 0;
  for (const posting of postings) {
    const { messageId } = posting.letter;
    const one = queue.fifo ? await sendFifo(tx, posting) : { messageId };
    if (!queue.fifo) await putStandard(tx, posting);
    if (one.messageId === messageId) added++;
    sent.push(one);
  }
  await addToCount(tx, boxOf(queue), { now: postings[0]?.now ?? 0, by: added });
  return sent;
}

async function sendFifo(tx: Transaction, posting: Posting): Promise<Sent> {
  const { queue, letter, now } = posting;
  const id = letter.deduplicationId!;
  const scope = queue.settings.groupScope ? `${queue.id}/${letter.group}` : queue.id;
  const known = await tx.get(deduplications, [scope, id]);
  if (known && known.expiresAt > now) return { messageId: known.messageId, sequence: known.sequence };
  const sequence = await putFifo(tx, posting);
  await tx.put(deduplications, { scope, id, expiresAt: now + DEDUPLICATION_MS, messageId: letter.messageId, sequence });
  return { messageId: letter.messageId, sequence };
}

/** A draft as a message that this caller sends now. */
export function postingOf(
  draft: Draft,
  queue: Queue,
  {
    context,
    messageId,
  }: { readonly context: Pick<OperationContext, 'now' | 'principal' | 'cause'>; readonly messageId: MessageIds },
): Posting {
  const { now, principal, cause } = context;
  const letter: Letter = {
    ...draft.letter,
    messageId: messageId(now),
    sender: principal.userId,
    sentAt: now,
    ...(cause === undefined ? {} : { cause }),
  };
  return { queue, letter, now, delayMs: draft.delayMs };
}

/** SequenceNumber as clients see it: 20 digits, growing. */
export function sequenceText(sequence: number): string {
  return `1${String(sequence).padStart(19, '0')}`;
}
