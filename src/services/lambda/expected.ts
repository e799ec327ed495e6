import type { Key } from '../../kernel/index.ts';
import { functions } from './collections.ts';
import type { Lambda } from './deps.ts';

/** Kinds of sandboxes that a start asks for: each is kept booted, and costs memory. */
const MOST_KINDS = 6;

/** Says which runtimes and memory sizes the functions that are there have, the most frequent ones, so that sandboxes are booted for them. */
export async function expectKnown({ store, expect }: Lambda): Promise<void> {
  const kinds = new Map<string, { readonly runtime: string; readonly memoryMiB: number; count: number }>();
  for (let after: Key | undefined, more = true; more; ) {
    const page = await store.read.range(functions, { limit: 1000, ...(after && { after }) });
    for (const { latest } of page.items) {
      const { runtime, memoryMiB } = latest.settings;
      const key = `${runtime} ${memoryMiB}`;
      const kind = kinds.get(key) ?? { runtime, memoryMiB, count: 0 };
      kinds.set(key, kind);
      kind.count++;
    }
    after = page.next;
    more = page.next !== undefined;
  }
  const frequent = [...kinds.values()].sort((a, b) => b.count - a.count);
  for (const { runtime, memoryMiB } of frequent.slice(0, MOST_KINDS)) expect(runtime, memoryMiB);
}
