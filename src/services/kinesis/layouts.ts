import type { Reader, Transaction } from '../../kernel/index.ts';
import { type Shard, type Stream, shards } from './collections.ts';

/** All shards of a stream at one moment. */
export class Layout {
  /** In order of their numbers. */
  readonly all: readonly Shard[];
  /** In order of their hash keys, without gaps. */
  readonly open: readonly Shard[];
  readonly #byNumber: ReadonlyMap<number, Shard>;

  constructor(all: readonly Shard[]) {
    this.all = all;
    this.open = all.filter(({ end }) => end === undefined).sort((a, b) => (a.from < b.from ? -1 : 1));
    this.#byNumber = new Map(all.map((shard) => [shard.shard, shard]));
  }

  get(shard: number): Shard | undefined {
    return this.#byNumber.get(shard);
  }

  /** The open shard of a hash key. */
  of(hash: string): Shard {
    const { open } = this;
    let low = 0;
    for (let high = open.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (open[middle]!.from <= hash) low = middle;
      else high = middle - 1;
    }
    return open[low]!;
  }

  childrenOf(shard: number): readonly Shard[] {
    return this.all.filter(({ parents }) => parents.includes(shard));
  }
}

/** Shards kept in memory, over all streams. */
const MOST_SHARDS = 200_000;

/** Layouts by the token that a stream carries for its current one: what a token stands for never changes. */
export class Layouts {
  readonly #kept = new Map<string, Layout>();
  #shards = 0;

  /** Undefined: it has to be read, inside a transaction. */
  warm(stream: Stream): Layout | undefined {
    return this.#kept.get(stream.layout);
  }

  async inside(tx: Transaction, stream: Stream): Promise<Layout> {
    const known = this.#kept.get(stream.layout);
    if (known) return known;
    const layout = new Layout(await readShards(tx, stream.id));
    this.#keep(stream.layout, layout);
    return layout;
  }

  #keep(token: string, layout: Layout): void {
    if (this.#kept.has(token)) return;
    this.#kept.set(token, layout);
    this.#shards += layout.all.length;
    for (const [old, { all }] of this.#kept) {
      if (this.#shards <= MOST_SHARDS || old === token) return;
      this.#kept.delete(old);
      this.#shards -= all.length;
    }
  }
}

async function readShards(read: Reader, stream: string): Promise<Shard[]> {
  const found: Shard[] = [];
  for (let after: readonly (string | number)[] | undefined; ; ) {
    const page = await read.range(shards, { prefix: [stream], limit: 1000, ...(after ? { after } : {}) });
    found.push(...page.items);
    if (!page.next) return found;
    after = page.next;
  }
}
