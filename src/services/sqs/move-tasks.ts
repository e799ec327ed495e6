import type { MoveTask } from './collections.ts';

/** TaskHandle: which task, as base64 of JSON. */
export function taskHandle({ source, startedAt, id }: Pick<MoveTask, 'source' | 'startedAt' | 'id'>): string {
  return Buffer.from(JSON.stringify({ source, startedAt, id })).toString('base64');
}

/** Undefined for what is no handle. */
export function readTaskHandle(handle: string): Pick<MoveTask, 'source' | 'startedAt' | 'id'> | undefined {
  try {
    const { source, startedAt, id } = JSON.parse(Buffer.from(handle, 'base64').toString());
    if (typeof source === 'string' && Number.isSafeInteger(startedAt) && typeof id === 'string') return { source, startedAt, id };
  } catch {
    // Not one of ours.
  }
  return undefined;
}
