import { type Failure, platformFailure } from '../../kernel/index.ts';

/** BuildFailed, in words for whoever pushed. */
export function buildFailed(what: string): Failure {
  return platformFailure('BuildFailed', what);
}

/** Rejects as soon as the signal aborts, whatever the work does then. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
