import { type Position, platformFailure, type StoredEvent } from '../kernel/index.ts';
import type { Lane } from './lanes.ts';

/** Where to follow from, and until when. */
export interface Following {
  readonly from: Position;
  readonly signal: AbortSignal;
}

/** Batches of synced events for ever: reads while there are some, else sleeps until a sync reveals more or signal aborts; throws StoreClosed when the store closes first. */
export async function* followLane(
  open: () => Lane,
  { from, signal }: Following,
  read: (lane: Lane, from: Position, until: Position) => StoredEvent[],
): AsyncGenerator<StoredEvent[]> {
  // Opened at the start, and kept in memory from then on: another object of the same lane would be revealed instead of this one.
  const lane = open();
  lane.followers++;
  try {
    let position = from;
    while (!signal.aborted) {
      if (lane.closed) throw platformFailure('StoreClosed');
      if (position >= lane.synced) {
        await revealed(lane, signal);
        continue;
      }
      const events = read(lane, position, lane.synced);
      const last = events.at(-1);
      // Nothing below synced any more: retention or its owner took it all.
      position = last ? last.position + 1 : lane.synced;
      if (last) yield events;
    }
  } finally {
    lane.followers--;
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
