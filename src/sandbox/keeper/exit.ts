import { constants } from 'node:os';
import type { Exit } from '../contract.ts';

/** The first process is a shell that ends as its child did: above 128 means a signal, as shells say it. */
export function exitOf({ code, signal }: { readonly code?: number; readonly signal?: number }): Omit<Exit, 'oom'> {
  const number = signal ?? (code !== undefined && code > 128 && code < 128 + 65 ? code - 128 : undefined);
  if (number === undefined) return { code };
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name === undefined ? { code } : { signal: name };
}
