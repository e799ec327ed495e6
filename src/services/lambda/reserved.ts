import type { Key, Reader } from '../../kernel/index.ts';
import type { Place, ReservedTotal } from '../../model/index.ts';
import { functions } from './collections.ts';

/** The sums of reserved concurrency in memory, for the hot path: loaded at start, changed after each commit. */
export interface Reserved {
  readonly load: () => Promise<void>;
  readonly changed: (place: Place, by: number) => void;
  readonly total: ReservedTotal;
}

export function createReserved(from: Reader): Reserved {
  const sums = new Map<string, number>();
  const changed = ({ account, region }: Place, by: number) => {
    const key = `${account}/${region}`;
    sums.set(key, (sums.get(key) ?? 0) + by);
  };
  return {
    changed,
    total: ({ account, region }) => sums.get(`${account}/${region}`) ?? 0,
    async load() {
      sums.clear();
      await eachReserved(from, [], (fn, reserved) => changed(fn, reserved));
    },
  };
}

/** Visits every function with reserved concurrency below a prefix of account and region. */
export async function eachReserved(from: Reader, prefix: Key, visit: (fn: Place & { name: string }, reserved: number) => void) {
  for (let after: Key | undefined, more = true; more; ) {
    const page = await from.range(functions, { index: 'reserved', prefix, limit: 500, ...(after && { after }) });
    for (const fn of page.items) visit(fn, fn.reserved ?? 0);
    after = page.next;
    more = page.next !== undefined;
  }
}
