import type { Collection, Range, Reader } from './store-contract.ts';

const PAGE_ROWS = 1000;

/** All documents of a range, page after page; they are all in memory at once: for what is known to be few. */
export async function allRows<D>(
  from: Pick<Reader, 'range'>,
  collection: Collection<D>,
  range: Omit<Range, 'limit' | 'after'> = {},
): Promise<readonly D[]> {
  const found: D[] = [];
  for (let after: Range['after']; ; ) {
    const page = await from.range(collection, { ...range, limit: PAGE_ROWS, ...(after && { after }) });
    found.push(...page.items);
    if (page.next === undefined) return found;
    after = page.next;
  }
}
