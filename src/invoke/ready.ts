import type { Clock, Ids, Logger } from '../kernel/index.ts';
import type { SandboxDriver } from '../sandbox/index.ts';
import type { RuntimeEntry } from './catalogue.ts';
import { bootGeneric, Workload } from './workload.ts';

export interface ReadyOptions {
  readonly driver: SandboxDriver;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Booted sandboxes kept for each kind; 0: none. */
  readonly count: number;
  /** MiB of /tmp of a ready sandbox: AWS's default. */
  readonly tmpMiB: number;
}

interface Shelf {
  readonly runtime: RuntimeEntry;
  readonly memoryMiB: number;
  readonly booted: Promise<Workload | undefined>[];
  /** Failures in a row; sets the wait before the next try. */
  failures: number;
  usedAt: number;
}

/** Kinds (runtime, and memory size where the heap is sized at start) that are kept at a time; the least recently used goes. */
const MAX_KINDS = 12;
const REFILL_MS = 20; // after the cold start that took one, so as not to compete with it
const UNSIZED_MIB = 256;

/** Sandboxes that were booted before anyone needed them, without CPU quota; a kind is kept from its first use or mention on. */
export class ReadySandboxes {
  readonly #options: ReadyOptions;
  readonly #shelves = new Map<string, Shelf>();
  #stopped = false;

  constructor(options: ReadyOptions) {
    this.#options = options;
  }

  get size(): number {
    let size = 0;
    for (const shelf of this.#shelves.values()) size += shelf.booted.length;
    return size;
  }

  /** Sees to it that sandboxes of this kind are being kept. */
  expect(runtime: RuntimeEntry, memoryMiB: number): void {
    this.#refill(this.#shelf(runtime, memoryMiB));
  }

  /** A booted (or just booting) sandbox, or undefined when there is none. */
  take(runtime: RuntimeEntry, memoryMiB: number): Promise<Workload | undefined> | undefined {
    if (this.#options.count === 0 || this.#stopped) return undefined;
    const shelf = this.#shelf(runtime, memoryMiB);
    const taken = shelf.booted.shift();
    this.#options.clock.after(REFILL_MS, () => this.#refill(shelf));
    return taken;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const shelves = [...this.#shelves.values()];
    this.#shelves.clear();
    await Promise.all(shelves.map((shelf) => this.#empty(shelf)));
  }

  #shelf(runtime: RuntimeEntry, memoryMiB: number): Shelf {
    const size = runtime.sizedHeap ? memoryMiB : UNSIZED_MIB;
    const key = runtime.speaks === 'http' && runtime.mounts.length === 0 ? 'http' : `${runtime.name} ${size}`;
    const known = this.#shelves.get(key);
    const shelf = known ?? { runtime, memoryMiB: size, booted: [], failures: 0, usedAt: 0 };
    shelf.usedAt = this.#options.clock.now();
    if (known) return shelf;
    this.#shelves.set(key, shelf);
    if (this.#shelves.size > MAX_KINDS) this.#forgetOldest();
    return shelf;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#shelves].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    this.#shelves.delete(oldest![0]);
    void this.#empty(oldest![1]);
  }

  async #empty(shelf: Shelf): Promise<void> {
    const ends = shelf.booted.splice(0).map(async (booted) => (await booted)?.end(false));
    await Promise.allSettled(ends);
  }

  #refill(shelf: Shelf): void {
    if (![...this.#shelves.values()].includes(shelf)) return;
    while (!this.#stopped && shelf.failures === 0 && shelf.booted.length < this.#options.count) this.#bootOne(shelf);
  }

  #bootOne(shelf: Shelf): void {
    const booted = this.#boot(shelf).then(
      (workload) => {
        shelf.failures = 0;
        void workload.sandbox.exited.then(() => this.#remove(shelf, booted));
        return workload;
      },
      (error) => {
        this.#failed(shelf, error);
        this.#remove(shelf, booted);
        return undefined;
      },
    );
    shelf.booted.push(booted);
  }

  #boot(shelf: Shelf): Promise<Workload> {
    const { driver, clock, ids, tmpMiB } = this.#options;
    const spec = { id: `ready-${ids.hex(8)}`, runtime: shelf.runtime, memoryMiB: shelf.memoryMiB, tmp: tmpMiB };
    return shelf.runtime.speaks === 'http' ? Workload.boot(driver, clock, spec) : bootGeneric(driver, clock, spec);
  }

  #failed(shelf: Shelf, error: unknown): void {
    shelf.failures++;
    this.#options.logger.warn('a sandbox could not be booted ahead', { runtime: shelf.runtime.name, error });
    const wait = Math.min(60_000, 500 * 2 ** shelf.failures);
    this.#options.clock.after(wait, () => {
      shelf.failures = 0;
      this.#refill(shelf);
    });
  }

  /** One that died on the shelf. Taken ones are not there any more. */
  #remove(shelf: Shelf, booted: Promise<Workload | undefined>): void {
    const at = shelf.booted.indexOf(booted);
    if (at < 0) return;
    shelf.booted.splice(at, 1);
    void booted.then((workload) => workload?.end(false)).catch(() => undefined);
    if (shelf.failures === 0) this.#options.clock.after(1000, () => this.#refill(shelf));
  }
}
