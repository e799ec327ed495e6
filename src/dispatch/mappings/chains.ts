import type { Reader } from '../../kernel/index.ts';
import type { Lineage } from '../../model/index.ts';
import { lineageOf, ranOnce } from '../lineage.ts';
import type { LedgerRecord } from './record-batch.ts';

/**
 * How often functions already ran in the chains of causes that led to a batch (spec/invoke.md §11). Invocations that run are known from
 * memory: what they send may come back before their outcome is written.
 */
export class Chains {
  readonly #read: Reader;
  readonly #running = new Map<string, Lineage>();

  constructor(read: Reader) {
    this.#read = read;
  }

  /** The chain that a record goes on, with this run; by cause, '' for records without one. */
  async ofEach(records: readonly LedgerRecord[], functionArn: string): Promise<ReadonlyMap<string, Lineage>> {
    const chains = new Map<string, Lineage>();
    for (const { cause = '' } of records) {
      if (chains.has(cause)) continue;
      const before = cause === '' ? undefined : (this.#running.get(cause) ?? (await lineageOf(this.#read, cause)));
      chains.set(cause, ranOnce(before, functionArn));
    }
    return chains;
  }

  begin(requestId: string, lineage: Lineage): void {
    this.#running.set(requestId, lineage);
  }

  end(requestId: string): void {
    this.#running.delete(requestId);
  }
}

/** The chain of a whole batch: the most that any of its records brings. */
export function joined(chains: Iterable<Lineage>): Lineage {
  const most: Record<string, number> = {};
  for (const chain of chains) for (const [name, runs] of Object.entries(chain)) most[name] = Math.max(most[name] ?? 0, runs);
  return most;
}
