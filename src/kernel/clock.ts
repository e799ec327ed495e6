/** Time as an argument, so that tests need not wait. Epoch milliseconds; monotonic is for durations only (fractional ms). */
export interface Clock {
  now(): number;
  monotonic(): number;
  /** Calls fn once after ms; returns a cancel. Timers do not keep the process alive. */
  after(ms: number, fn: () => void): () => void;
}

const LONGEST = 2 ** 31 - 1; // setTimeout turns anything longer into 1 ms

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    let timer: NodeJS.Timeout;
    const arm = (left: number) => {
      timer = setTimeout(() => (left > LONGEST ? arm(left - LONGEST) : fn()), Math.min(Math.max(left, 0), LONGEST)).unref();
    };
    arm(ms);
    return () => clearTimeout(timer);
  },
};

/** Clocks are put right by less than this all the time; in ms. */
export const SET_BACK_MS = 1000;

/** Tells by how many ms the time of day was set back since the last call, or since this one: it went less far than monotonic time did. */
export function setBackWatch(clock: Clock): () => number {
  let ahead = clock.now() - clock.monotonic();
  return () => {
    const before = ahead;
    ahead = clock.now() - clock.monotonic();
    return before - ahead > SET_BACK_MS ? before - ahead : 0;
  };
}
