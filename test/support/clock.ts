import { type Clock, systemClock } from '../../src/kernel/index.ts';

export interface ManualClock extends Clock {
  /** Moves time on and calls what became due, in order; between calls lets promises settle. */
  advance(ms: number): Promise<void>;
  /** Sets the time of day to another one, back or forth, as somebody does who sets a clock: no time passes by that. */
  jump(ms: number): void;
}

/** A clock that only moves when told to, so that tests of waits do not wait. */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  let set = 0;
  let timers: { at: number; fn: () => void }[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now + set,
    monotonic: () => now - start,
    after(ms, fn) {
      const timer = { at: now + Math.max(0, ms), fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    jump(ms) {
      set += ms;
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.fn();
      }
      now = end;
      await settle();
    },
  };
}

/** The system's clock, so many times faster: for long waits beside real processes. */
export function hastenedClock(times: number): Clock {
  const [began, from] = [systemClock.now(), systemClock.monotonic()];
  const elapsed = () => (systemClock.monotonic() - from) * times;
  return {
    now: () => Math.floor(began + elapsed()),
    monotonic: elapsed,
    after: (ms, fn) => systemClock.after(ms / times, fn),
  };
}
