import { type Clock, isFailure, type Logger, Rounds } from '../../kernel/index.ts';

interface Work {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Does what there is to do; resolves to the ms after which it wants to run again. */
  readonly run: (signal: AbortSignal) => Promise<number>;
}

const AFTER_FAILURE_MS = 5_000;

/** Work that says itself when it goes on, from the start of the platform; what fails is logged and tried again five seconds later. */
export function createWorker({ name, clock, logger, run }: Work): Rounds {
  return new Rounds({
    clock,
    firstMs: 0,
    everyMs: AFTER_FAILURE_MS,
    round: run,
    failed: (error) => {
      if (!isFailure(error, 'StoreClosed')) logger.warn(`${name} failed`, { error });
    },
  });
}
