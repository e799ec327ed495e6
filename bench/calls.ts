import { setTimeout as sleep } from 'node:timers/promises';
import { type AccessKey, type Request, sendWell, signed, type Unsigned } from './signed.ts';

/** Whom calls are sent to, and who signs them: a bench's platform, or a peer. */
export interface Called {
  readonly platform: { readonly url: string };
  readonly key: AccessKey;
}

/** That call, signed with the bench's key. */
export function requestOf({ platform, key }: Called, call: Unsigned): Request {
  return signed(platform.url, call, key);
}

/** Sends it, and parses what was answered; throws unless it was done. */
export async function answerOf<T = Record<string, unknown>>(called: Called, call: Unsigned): Promise<T> {
  const { text } = await sendWell(requestOf(called, call));
  return JSON.parse(text === '' ? '{}' : text) as T;
}

/** Resolves when a Describe answers that what it describes is ACTIVE. */
export async function untilActive(called: Called, describe: Unsigned): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (/Status":"ACTIVE"/.test((await sendWell(requestOf(called, describe))).text)) return;
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
