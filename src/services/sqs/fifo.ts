import type { Reader, Transaction } from '../../kernel/index.ts';
import { fifoMessages, groups, sequences } from './collections.ts';
import { addToCount } from './counts.ts';
import { deadLetterQueue } from './dead-letters.ts';
import { lockGroup, openGroup, settleGroup } from './groups.ts';
import type { FifoMessage, Group, Taken } from './message.ts';
import type { Hiding, Posting, Taking } from './postings.ts';
import { boxOf, type Queue, queueArn } from './queue.ts';
import { readReceipt, writeReceipt } from './receipt-handle.ts';
import { replayAttempt, writeAttempt } from './receive-attempts.ts';
import { handleExpired, handleUnavailable, messageNotInflight } from './refusals.ts';
import { checkTotal } from './visibility.ts';

/** Puts a message at the end of its group, in the sender's transaction; does not count it. Resolves to its sequence number. */
export async function putFifo(tx: Transaction, posting: Posting): Promise<number> {
  const { queue, letter, receives, now, delayMs } = posting;
  const box = boxOf(queue);
  const group = letter.group!;
  const sequence = ((await tx.get(sequences, [queue.id]))?.last ?? 0) + 1;
  await tx.put(sequences, { queue: queue.id, last: sequence });
  const until = now + delayMs;
  const hidden = delayMs > 0 ? { until, delayedUntil: until } : {};
  await tx.put(fifoMessages, { ...letter, group, box, sequence, since: now, receives: 0, ...receives, ...hidden });
  await openGroup(tx, { box, group, readyAt: until });
  return sequence;
}

const ROUNDS = 10;

/**
 * Takes up to max messages in order, of as few groups as it takes, and locks those groups until what was taken is deleted or visible
 * again. What is past its retention goes, what was received too often goes to the dead-letter queue.
 */
export async function takeFifo(tx: Transaction, taking: Taking): Promise<readonly Taken[]> {
  const again = await replayAttempt(tx, taking);
  if (again) return again.map((message) => takenOf(taking.queue, message));
  const taken: FifoMessage[] = [];
  const box = boxOf(taking.queue);
  let gone = 0;
  for (let round = 0; round < ROUNDS && taken.length === 0; round++) {
    const ready = await tx.range(groups, { index: 'ready', prefix: [box], to: [taking.now + 1], limit: taking.max });
    if (ready.items.length === 0) break;
    for (const group of ready.items) {
      const limit = taking.max - taken.length;
      if (limit > 0) gone += await takeGroup(tx, { ...taking, max: limit, group, taken });
    }
  }
  await addToCount(tx, box, { now: taking.now, by: -gone });
  if (gone > 0) taking.bells.ringAfter(queueArn(taking.queue)); // Fewer than there were is no sign that there are no more.
  await writeAttempt(tx, taking, taken);
  return taken.map((message) => takenOf(taking.queue, message));
}

interface GroupTaking extends Taking {
  readonly group: Group;
  readonly taken: FifoMessage[];
}

/** Takes from the beginning of one group. Resolves to the number of messages that went elsewhere instead. */
async function takeGroup(tx: Transaction, taking: GroupTaking): Promise<number> {
  const { group, now, taken, visibilityMs, max } = taking;
  const { items } = await tx.range(fifoMessages, { prefix: [group.box, group.group], limit: max, last: true });
  const flights: [number, number][] = [];
  const until = now + visibilityMs;
  let gone = 0;
  for (const message of items) {
    if ((message.until ?? 0) > now) break; // A delayed one holds up those behind it.
    if (await goesElsewhere(tx, taking, message)) {
      await tx.delete(fifoMessages, [message.box, message.group, message.sequence]);
      gone++;
      continue;
    }
    const { delayedUntil: _, ...rest } = message;
    const received = { ...rest, until, receives: message.receives + 1, firstAt: message.firstAt ?? now, lastAt: now };
    await tx.put(fifoMessages, received);
    taken.push(received);
    flights.push([message.sequence, until]);
  }
  if (flights.length > 0) await lockGroup(tx, { ...group, flights }, now);
  else await settleGroup(tx, { ...group, flights: [] }, now);
  return gone;
}

async function goesElsewhere(tx: Transaction, { queue, now, bells }: Taking, message: FifoMessage): Promise<boolean> {
  const { redrive, retentionMs } = queue.settings;
  if (message.since <= now - retentionMs) return true;
  if (!redrive || message.receives < redrive.maxReceiveCount) return false;
  const target = await deadLetterQueue(tx, queue);
  if (!target) return false;
  const { box: _box, sequence: _sequence, since: _since, until: _until, delayedUntil: _delayed, ...rest } = message;
  const { receives, firstAt, lastAt, ...letter } = rest;
  const moved = { ...letter, deadLetterSource: queueArn(queue) };
  await putFifo(tx, { queue: target, letter: moved, now, delayMs: 0, receives: { receives, firstAt, lastAt } });
  await addToCount(tx, boxOf(target), { now, by: 1 });
  bells.ringAfter(queueArn(target));
  return true;
}

function takenOf(queue: Queue, message: FifoMessage): Taken {
  const { receives, sequence, group } = message;
  const receipt = { queue: queue.id, era: queue.era, receives, key: String(sequence), group };
  return { ...message, receiptHandle: writeReceipt(receipt) };
}

/**
 * Deletes a message that is in flight, and unlocks its group when it was the last. Resolves false when it is not there any more. Throws
 * ReceiptHandleIsInvalid, and InvalidParameterValue when its time was over.
 */
export async function removeFifo(
  tx: Transaction,
  queue: Queue,
  { handle, now }: Pick<Hiding, 'handle' | 'now'>,
): Promise<boolean> {
  const receipt = readReceipt(handle, queue);
  const box = boxOf(queue);
  const key = [box, receipt.group!, Number(receipt.key)] as const;
  const message = receipt.era === queue.era ? await tx.get(fifoMessages, key) : undefined;
  if (!message) return false;
  if (message.receives !== receipt.receives || (message.until ?? 0) <= now) throw handleExpired(handle);
  await tx.delete(fifoMessages, key);
  const group = await tx.get(groups, [box, message.group]);
  if (group)
    await settleGroup(tx, { ...group, flights: group.flights.filter(([sequence]) => sequence !== message.sequence) }, now);
  return true;
}

/** Hides a message in flight for longer, or less long. Throws MessageNotInflight, InvalidParameterValue. */
export async function hideFifo(tx: Transaction, { queue, handle, until, now }: Hiding): Promise<void> {
  const receipt = readReceipt(handle, queue);
  const box = boxOf(queue);
  const message = await tx.get(fifoMessages, [box, receipt.group!, Number(receipt.key)]);
  if (!message || receipt.era !== queue.era || message.receives !== receipt.receives) throw handleUnavailable(handle);
  if ((message.until ?? 0) <= now) throw messageNotInflight(handle);
  checkTotal(message.lastAt ?? now, { until, now });
  await tx.put(fifoMessages, { ...message, until });
  const group = await tx.get(groups, [box, message.group]);
  if (!group) return;
  const flights = group.flights.map(([sequence, end]) => [sequence, sequence === message.sequence ? until : end] as const);
  await settleGroup(tx, { ...group, flights }, now);
}

/** Epoch ms at which the next group can be received from. */
export async function nextFifo(from: Reader, box: string, now: number): Promise<number | undefined> {
  const { items } = await from.range(groups, { index: 'ready', prefix: [box], from: [now + 1], limit: 1 });
  return items[0]?.readyAt;
}
