import type { Collection, Key, Range, Reader } from '../../kernel/index.ts';

/** Everything below a prefix; IAM's quotas keep it small (at most 10,000 here). */
export async function wholeRange<D>(read: Reader, from: Collection<D>, range: Omit<Range, 'limit'>): Promise<D[]> {
  const all: D[] = [];
  let after: Key | undefined;
  do {
    const page = await read.range(from, { ...range, ...(after ? { after } : {}), limit: 1000 });
    all.push(...page.items);
    after = page.next;
  } while (after && all.length < 10_000);
  return all;
}
