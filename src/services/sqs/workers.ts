import { type Clock, isFailure, type Logger, type Service } from '../../kernel/index.ts';

export interface Worker extends Service {
  /** Runs it soon instead of at its time. */
  readonly wake: () => void;
}

interface Work {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Does what there is to do; resolves to the ms after which it wants to run again. */
  readonly run: (signal: AbortSignal) => Promise<number>;
}

const AFTER_FAILURE_MS = 5_000;

/** Runs work again and again, one run at a time; what fails is logged and tried again five seconds later. stop waits for the run that goes on. */
export function createWorker({ name, clock, logger, run }: Work): Worker {
  const ended = new AbortController();
  let cancel = () => {};
  let running: Promise<void> | undefined;
  let again = false;
  const once = async () => {
    let next: number;
    try {
      next = await run(ended.signal);
    } catch (error) {
      if (!isFailure(error, 'StoreClosed')) logger.warn(`${name} failed`, { error });
      next = AFTER_FAILURE_MS;
    }
    running = undefined;
    if (ended.signal.aborted) return;
    cancel = clock.after(again ? 0 : next, begin);
    again = false;
  };
  const begin = () => {
    running = once();
  };
  let started = false;
  return {
    async start() {
      started = true;
      begin();
    },
    async stop() {
      started = false;
      ended.abort();
      cancel();
      await running;
    },
    wake() {
      if (!started) return;
      again = running !== undefined;
      if (running) return;
      cancel();
      begin();
    },
  };
}
