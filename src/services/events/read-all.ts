import type { Collection, Key, Page, Range, Reader } from '../../kernel/index.ts';

/** All documents of a range, page by page; for what AWS's own limits keep small (300 rules, 5 targets each, 100 buses). */
export async function readAll<D>(from: Reader, collection: Collection<D>, range: Omit<Range, 'limit' | 'after'>): Promise<D[]> {
  const all: D[] = [];
  let after: Key | undefined;
  do {
    const page: Page<D> = await from.range(collection, { ...range, limit: 1000, ...(after ? { after } : {}) });
    all.push(...page.items);
    after = page.next;
  } while (after);
  return all;
}
