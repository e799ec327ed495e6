import { type Position, platformFailure, type StoredEvent } from '../kernel/index.ts';
import type { Lane } from './lanes.ts';
import { PAGE_ROWS } from './ranges.ts';

/** Batches of synced events for ever: reads while there are some, else sleeps until a sync reveals more or signal aborts; throws StoreClosed when the store closes first. */
export async function* followLane(
  lane: Lane,
  from: Position,
  signal: AbortSignal,
  read: (from: Position, until: Position, limit: number) => StoredEvent[],
): AsyncGenerator<StoredEvent[]> {
  let position = from;
  while (!signal.aborted) {
    if (lane.closed) throw platformFailure('StoreClosed');
    if (position >= lane.synced) {
      await revealed(lane, signal);
      continue;
    }
    const events = read(position, lane.synced, PAGE_ROWS);
    const last = events.at(-1);
    // Nothing below synced any more: retention took it all.
    position = last ? last.position + 1 : lane.synced;
    if (last) yield events;
  }
}

function revealed(lane: Lane, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      lane.waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    lane.waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
  });
}
