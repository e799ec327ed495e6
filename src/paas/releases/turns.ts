import { platformFailure } from '../../kernel/index.ts';

/** Work that waits for its turn, one at a time for each key, in order of arrival. */
export interface Turns {
  /** Rejects with ReleaseUnderWay when too many wait, and, once it would be its turn, with the signal's reason when that has aborted. */
  take<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Whether somebody works or waits. */
  busy(key: string): boolean;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

const MOST_WAITING = 16;

export function createTurns(): Turns {
  const lines = new Map<string, { last: Promise<unknown>; waiting: number }>();
  return {
    async take(key, signal, work) {
      const line = lines.get(key) ?? { last: Promise.resolve(), waiting: 0 };
      if (line.waiting >= MOST_WAITING) throw platformFailure('ReleaseUnderWay', `${line.waiting} wait already`);
      lines.set(key, line);
      line.waiting++;
      const turn = line.last.then(() => {
        signal.throwIfAborted();
        return work();
      });
      line.last = turn.catch(() => {});
      try {
        return await turn;
      } finally {
        if (--line.waiting === 0) lines.delete(key);
      }
    },
    busy: (key) => lines.has(key),
    async idle() {
      while (lines.size > 0) await Promise.all([...lines.values()].map(({ last }) => last));
    },
  };
}
