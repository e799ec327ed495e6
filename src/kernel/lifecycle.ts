/** Whatever has a life. start rejects when it cannot run; stop refuses new work, drains until the deadline, closes, and never rejects. */
export interface Service {
  start(): Promise<void>;
  stop(deadline: AbortSignal): Promise<void>;
}

/** Starts in order; stops in reverse order what was started. A failing start stops the ones before it and rejects. */
export function inOrder(services: readonly Service[]): Service {
  const started: Service[] = [];
  const stop = async (deadline: AbortSignal) => {
    for (let service = started.pop(); service; service = started.pop()) await service.stop(deadline);
  };
  return {
    async start() {
      for (const service of services) {
        try {
          await service.start();
          started.push(service);
        } catch (error) {
          await stop(AbortSignal.abort());
          throw error;
        }
      }
    },
    stop,
  };
}
