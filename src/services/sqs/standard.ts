import type { Reader, Transaction } from '../../kernel/index.ts';
import { messages } from './collections.ts';
import { addToCount } from './counts.ts';
import { deadLetterQueue } from './dead-letters.ts';
import type { Message, Taken } from './message.ts';
import type { Hiding, Posting, Taking } from './postings.ts';
import { boxOf, type Queue, queueArn } from './queue.ts';
import { readReceipt, writeReceipt } from './receipt-handle.ts';
import { handleUnavailable, messageNotInflight } from './refusals.ts';
import { placeInTurn, turnsTaken } from './turns.ts';
import { checkTotal } from './visibility.ts';

/** Puts a message into a standard queue, in the sender's transaction; does not count it. */
export async function putStandard(tx: Transaction, posting: Posting): Promise<void> {
  const { queue, letter, receives, now, delayMs } = posting;
  const { messageId: id, ...rest } = letter;
  const box = boxOf(queue);
  const rank = queue.fair || letter.group !== undefined ? await placeInTurn(tx, queue, letter.group) : 0;
  const at = delayMs > 0 ? now + delayMs : 0;
  await tx.put(messages, { ...rest, box, id, at, rank, receives: 0, ...receives, ...(at ? { delayedUntil: at } : {}) });
}

const ROUNDS = 10;

/**
 * Takes up to max messages that can be received, and hides them. Those that never were received come by their turn, those that came back
 * (or were delayed) by the time they did; between the two, the longer waiting first. What is past its retention goes, what was received
 * too often goes to the dead-letter queue: at most ten rounds of it, the next receive goes on.
 */
export async function takeStandard(tx: Transaction, taking: Taking): Promise<readonly Taken[]> {
  const taken: Taken[] = [];
  let gone = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = gone;
    const found = await candidates(tx, taking, taking.max);
    for (const message of found) {
      const one = await takeOne(tx, taking, message);
      if (one) taken.push(one);
      else gone++;
    }
    if (taking.queue.fair) await turnsTaken(tx, found);
    if (taken.length > 0 || gone === before) break;
  }
  await addToCount(tx, boxOf(taking.queue), { now: taking.now, by: -gone });
  if (gone > 0) taking.bells.ringAfter(queueArn(taking.queue)); // Fewer than there were is no sign that there are no more.
  return taken;
}

async function candidates(tx: Transaction, { queue, now }: Taking, limit: number): Promise<readonly Message[]> {
  const box = boxOf(queue);
  const fresh = (await tx.range(messages, { index: 'ready', prefix: [box, 0], limit, last: true })).items;
  const back = (await tx.range(messages, { index: 'ready', prefix: [box], from: [1], to: [now + 1], limit, last: true })).items;
  if (back.length === 0) return fresh;
  const merged: Message[] = [];
  for (let i = 0, j = 0; merged.length < limit && (i < fresh.length || j < back.length); ) {
    const isBack = i === fresh.length || (j < back.length && back[j]!.at <= fresh[i]!.sentAt);
    merged.push(isBack ? back[j++]! : fresh[i++]!);
  }
  return merged;
}

/** Undefined when it went elsewhere instead. */
async function takeOne(tx: Transaction, taking: Taking, message: Message): Promise<Taken | undefined> {
  const { queue, visibilityMs, now } = taking;
  const { box, id, at: _at, rank, delayedUntil: _until, ...letter } = message;
  const { redrive, retentionMs } = queue.settings;
  const expired = message.sentAt <= now - retentionMs;
  const spent = redrive !== undefined && message.receives >= redrive.maxReceiveCount;
  if (expired || (spent && (await bury(tx, taking, message)))) {
    await tx.delete(messages, [box, id]);
    return undefined;
  }
  const received = { ...letter, receives: letter.receives + 1, firstAt: letter.firstAt ?? now, lastAt: now };
  await tx.put(messages, { ...received, box, id, at: now + visibilityMs, rank });
  const receiptHandle = writeReceipt({ queue: queue.id, era: queue.era, receives: received.receives, key: id });
  return { ...received, messageId: id, receiptHandle };
}

/** Puts a message into the dead-letter queue; resolves false when that cannot take it. */
async function bury(tx: Transaction, { queue, now, bells }: Taking, message: Message): Promise<boolean> {
  const target = await deadLetterQueue(tx, queue);
  if (!target) return false;
  const { id, box: _box, at: _at, rank: _rank, delayedUntil: _until, receives, firstAt, lastAt, ...rest } = message;
  const letter = { ...rest, messageId: id, deadLetterSource: queueArn(queue) };
  await putStandard(tx, { queue: target, letter, now, delayMs: 0, receives: { receives, firstAt, lastAt } });
  await addToCount(tx, boxOf(target), { now, by: 1 });
  bells.ringAfter(queueArn(target));
  return true;
}

/** Deletes a message; an older handle of it does as well. Resolves false when it is not there any more. Throws ReceiptHandleIsInvalid. */
export async function removeStandard(tx: Transaction, queue: Queue, handle: string): Promise<boolean> {
  const { era, key } = readReceipt(handle, queue);
  return era === queue.era && tx.delete(messages, [boxOf(queue), key]);
}

/** Hides a message in flight for longer, or less long. Throws MessageNotInflight, InvalidParameterValue. */
export async function hideStandard(tx: Transaction, { queue, handle, until, now }: Hiding): Promise<void> {
  const receipt = readReceipt(handle, queue);
  const message = await tx.get(messages, [boxOf(queue), receipt.key]);
  if (!message || receipt.era !== queue.era || message.receives !== receipt.receives) throw handleUnavailable(handle);
  if (message.at <= now) throw messageNotInflight(handle);
  checkTotal(message.lastAt ?? now, { until, now });
  await tx.put(messages, { ...message, at: until });
}

/** Epoch ms at which the next hidden message can be received. */
export async function nextStandard(from: Reader, box: string, now: number): Promise<number | undefined> {
  const { items } = await from.range(messages, { index: 'ready', prefix: [box], from: [now + 1], limit: 1, last: true });
  return items[0]?.at;
}
