import { before, evenRanges, type HashRange } from './hash-keys.ts';

/** A shard of a plan: its range, and the indexes of those it came from in the list of all. */
export interface PlannedShard extends HashRange {
  readonly parents: readonly number[];
}

/** What a resharding makes: new shards in order, after the open ones that it was given; and which of all stay open. */
export interface Resharding {
  readonly made: readonly PlannedShard[];
  /** Indexes into the given shards followed by the made ones. */
  readonly closed: readonly number[];
}

/**
 * Splits and merges that lead from these open ranges to count even ones (UpdateShardCount, UNIFORM_SCALING). Every step is a split in two or
 * a merge of two, so that some shards made on the way are closed at once, as AWS's are.
 */
export function planUniform(open: readonly HashRange[], count: number): Resharding {
  const plan = new Plan(open);
  const targets = evenRanges(count);
  for (const { from } of targets) plan.splitAt(from);
  for (const target of targets) plan.mergeWithin(target);
  return plan.done();
}

class Plan {
  readonly #all: PlannedShard[];
  readonly #given: number;
  readonly #closed = new Set<number>();
  /** Indexes of the open ones by hash key. */
  #open: number[];

  constructor(open: readonly HashRange[]) {
    this.#all = open.map(({ from, to }) => ({ from, to, parents: [] }));
    this.#given = open.length;
    this.#open = [...this.#all.keys()].sort((a, b) => (this.#all[a]!.from < this.#all[b]!.from ? -1 : 1));
  }

  /** Makes from the beginning of a shard. */
  splitAt(from: string): void {
    const at = this.#find(from);
    const index = this.#open[at]!;
    const shard = this.#all[index]!;
    if (shard.from === from) return;
    const halves = [this.#make(shard.from, before(from), [index]), this.#make(from, shard.to, [index])];
    this.#open.splice(at, 1, ...halves);
    this.#closed.add(index);
  }

  /** Makes one shard of all that lie within a range, whose edges are edges of shards. */
  mergeWithin({ from, to }: HashRange): void {
    const at = this.#find(from);
    while (this.#all[this.#open[at]!]!.to < to) {
      const pair = [this.#open[at]!, this.#open[at + 1]!];
      const merged = this.#make(from, this.#all[pair[1]!]!.to, pair);
      this.#open.splice(at, 2, merged);
      for (const index of pair) this.#closed.add(index);
    }
  }

  done(): Resharding {
    return { made: this.#all.slice(this.#given), closed: [...this.#closed] };
  }

  #make(from: string, to: string, parents: readonly number[]): number {
    return this.#all.push({ from, to, parents }) - 1;
  }

  /** The place among the open ones of the shard that holds a hash key. */
  #find(key: string): number {
    let low = 0;
    for (let high = this.#open.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (this.#all[this.#open[middle]!]!.from <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
