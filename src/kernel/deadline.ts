import type { Clock } from './clock.ts';
import { platformFailure } from './platform-errors.ts';

/** Settles as promise does, or rejects with DeadlineExceeded after ms. The promise itself goes on; what names the wait for people. */
export function withDeadline<T>(clock: Clock, ms: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(platformFailure('DeadlineExceeded', `${what} (${ms} ms)`)));
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}
