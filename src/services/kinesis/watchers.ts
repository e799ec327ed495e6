/** Who wants to know when the shards of a stream change, by the stream's ARN. */
export class Watchers {
  readonly #wakes = new Map<string, Set<() => void>>();

  /** Returns what ends it. */
  watch(arn: string, wake: () => void): () => void {
    const wakes = this.#wakes.get(arn) ?? new Set();
    this.#wakes.set(arn, wakes);
    // Of its own, so that one who watches twice is woken twice.
    const own = () => wake();
    wakes.add(own);
    return () => {
      wakes.delete(own);
      if (wakes.size === 0 && this.#wakes.get(arn) === wakes) this.#wakes.delete(arn);
    };
  }

  /** Call it when the change is committed. */
  changed(arn: string): void {
    for (const wake of [...(this.#wakes.get(arn) ?? [])]) wake();
  }
}
