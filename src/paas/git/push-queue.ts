import { type Clock, platformFailure } from '../../kernel/index.ts';

/** One at a time for each application, in order of arrival. */
export interface PushQueue {
  /**
   * Resolves to what ends the turn. waits is called when there is somebody before. Rejects with GitBusy when too many wait or it took too
   * long, and with what the signal aborted with.
   */
  take(app: string, options: { readonly waits: () => void; readonly signal: AbortSignal }): Promise<() => void>;
  isBusy(app: string): boolean;
}

interface Waiting {
  readonly go: () => void;
}

export function createPushQueue(clock: Clock, limits: { readonly waiting: number; readonly waitMs: number }): PushQueue {
  const lines = new Map<string, Waiting[]>();
  const leave = (app: string) => {
    const next = lines.get(app)?.shift();
    if (next) next.go();
    else lines.delete(app);
  };
  const turn = (app: string) => {
    let over = false;
    return () => {
      if (!over) leave(app);
      over = true;
    };
  };
  return {
    isBusy: (app) => lines.has(app),
    take(app, { waits, signal }) {
      const line = lines.get(app);
      if (!line) {
        lines.set(app, []);
        return Promise.resolve(turn(app));
      }
      if (line.length >= limits.waiting) return Promise.reject(platformFailure('GitBusy', `${line.length} pushes wait already`));
      waits();
      return new Promise((resolve, reject) => {
        const stop = (error: unknown) => {
          line.splice(line.indexOf(waiting), 1);
          settle();
          reject(error);
        };
        const gone = () => stop(signal.reason);
        const late = () => stop(platformFailure('GitBusy', `the push before did not end in ${limits.waitMs / 1000} s`));
        const cancel = clock.after(limits.waitMs, late);
        const settle = () => {
          cancel();
          signal.removeEventListener('abort', gone);
        };
        const waiting = {
          go: () => {
            settle();
            resolve(turn(app));
          },
        };
        line.push(waiting);
        signal.addEventListener('abort', gone, { once: true });
        if (signal.aborted) gone();
      });
    },
  };
}
