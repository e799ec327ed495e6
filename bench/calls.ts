import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './platform.ts';
import { type Request, sendWell, signed, type Unsigned } from './signed.ts';

/** That call, signed with the bench's key. */
export function requestOf({ platform, key }: Bench, call: Unsigned): Request {
  return signed(platform.url, call, key);
}

/** Sends it, and parses what was answered; throws unless it was done. */
export async function answerOf<T = Record<string, unknown>>(bench: Bench, call: Unsigned): Promise<T> {
  const { text } = await sendWell(requestOf(bench, call));
  return JSON.parse(text === '' ? '{}' : text) as T;
}

/** Resolves when a Describe answers that what it describes is ACTIVE. */
export async function untilActive(bench: Bench, describe: Unsigned): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (/Status":"ACTIVE"/.test((await sendWell(requestOf(bench, describe))).text)) return;
    await sleep(10);
  }
  throw new TypeError(`${describe.target} never answered ACTIVE`);
}

/** Does it count times, so many at a time; resolves to count. */
export async function atATime(most: number, count: number, work: (number: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const one = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: most }, one));
  return count;
}
