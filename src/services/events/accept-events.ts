import type { Transaction } from '../../kernel/index.ts';
import { type BusEvent, busEventInput, busTopic, type EventBus, nestsTooDeep } from '../../model/index.ts';
import { archive } from './archives.ts';

/** Takes events on a bus: copies for its archives, and the topic that dispatch follows, in one transaction. */
export async function acceptEvents(tx: Transaction, bus: EventBus, events: readonly BusEvent[], cause?: string): Promise<void> {
  await archive(tx, bus, events);
  for (const event of events) await tx.append(busTopic.name, 0, busEventInput(event, event.id, cause));
}

/** Whether a text is a JSON object that AWS takes: nested at most 1000 deep. */
export function isDetail(text: string): boolean {
  if (nestsTooDeep(text)) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
