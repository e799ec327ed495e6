import { hash } from 'node:crypto';
import type { Ids } from '../../kernel/index.ts';

/** Makes message ids out of a time in epoch ms. */
export type MessageIds = (now: number) => string;

/**
 * Ids of messages: UUIDs of version 7 (RFC 9562 §5.7), so that ids order as messages were sent; within one millisecond by a counter of
 * 12 bits.
 */
export function createMessageIds(ids: Ids): MessageIds {
  let last = 0;
  let counter = 0;
  return (now) => {
    counter = now === last ? Math.min(counter + 1, 0xfff) : 0;
    last = now;
    const time = timePart(now);
    return `${time}-7${counter.toString(16).padStart(3, '0')}${ids.uuid().slice(18)}`;
  };
}

/** The one message id that belongs to this text and time. */
export function messageIdFrom(text: string, time: number): string {
  const digest = hash('md5', text);
  return `${timePart(time)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/** What the ids of messages sent from epoch ms time on do not come before. */
export function firstIdAt(time: number): string {
  return timePart(Math.max(time, 0));
}

function timePart(time: number): string {
  const hex = Math.floor(time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
