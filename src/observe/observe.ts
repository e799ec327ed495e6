import { describe, type Service, type StoreSchema } from '../kernel/index.ts';
import {
  type ControlRoute,
  logChunks,
  logGraves,
  logGroups,
  logStreams,
  type Meter,
  type MeterIn,
  type RawRoute,
  type ReadLog,
  usageRollups,
  type WriteLog,
} from '../model/index.ts';
import { FunctionCounters } from './function-counters.ts';
import { Recorder, type RecorderDeps } from './recorder.ts';
import { observeRoutes } from './routes.ts';
import { sweepLogs } from './sweep.ts';

/** What observe keeps; services/logs keeps the logs' collections too. */
export const schema: StoreSchema = {
  collections: [usageRollups, logGroups, logStreams, logChunks, logGraves] as unknown as StoreSchema['collections'],
  topics: [],
};

export interface ObserveDeps extends RecorderDeps {
  readonly readLog: ReadLog;
}

export interface Observe extends Service {
  readonly writeLog: WriteLog;
  readonly meter: Meter;
  readonly meterIn: MeterIn;
  readonly routes: readonly ControlRoute[];
  /** Prometheus text; gauges come from other rooms by their full names. */
  metrics(gauges?: Readonly<Record<string, number>>): string;
  /** `/_dalamb/metrics`. */
  metricsRoute(gauges: () => Readonly<Record<string, number>>): RawRoute;
  /** Writes what waits now; for tests and for those who must not wait 100 ms. */
  flush(): Promise<void>;
}

const SWEEP_MS = 60_000;

/** Log lines, meters and metrics (DESIGN §2, §4). start begins the sweep; stop writes what waits. */
export function createObserve(deps: ObserveDeps): Observe {
  const recorder = new Recorder(deps);
  const counters = new FunctionCounters();
  const sweeper = createSweeper(deps);
  const metrics = (gauges: Readonly<Record<string, number>> = {}) =>
    `${counters.text()}${recorderText(recorder)}${storeText(deps)}${gaugeText(gauges)}`;
  return {
    writeLog: (stream, lines) => recorder.write(stream, lines),
    meter(record) {
      counters.count(record);
      recorder.meter(record);
    },
    async meterIn(tx, record) {
      await recorder.meterIn(tx, record);
      counters.count(record);
    },
    routes: observeRoutes(deps.store, deps.readLog),
    metrics,
    metricsRoute: (gauges) => ({
      prefix: '/_dalamb/metrics',
      methods: ['GET', 'HEAD'],
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        body: metrics(gauges()),
      }),
    }),
    flush: () => recorder.flush(),
    async start() {
      sweeper.start();
    },
    async stop(deadline) {
      await sweeper.stop();
      await recorder.stop(deadline);
    },
  };
}

function createSweeper({ store, clock, logger }: ObserveDeps) {
  const ending = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  let cancel = () => {};
  const arm = () => {
    cancel = clock.after(SWEEP_MS, () => {
      running = sweepLogs(store, clock, ending.signal)
        .catch((error) => logger.warn('old log events could not be removed', { error: describe(error) }))
        .finally(() => {
          if (!ending.signal.aborted) arm();
        });
    });
  };
  return {
    start: arm,
    async stop() {
      ending.abort();
      cancel();
      await running;
    },
  };
}

function recorderText(recorder: Recorder): string {
  const line = (name: string, type: string, help: string, value: number) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
  return [
    line('dalamb_log_lines_total', 'counter', 'Log lines taken.', recorder.counts.lines),
    line(
      'dalamb_log_lines_dropped_total',
      'counter',
      'Log lines dropped, because the store was slow or full.',
      recorder.linesDropped,
    ),
    line('dalamb_log_waiting_bytes', 'gauge', 'Log lines that wait to be stored.', recorder.waitingBytes),
    line('dalamb_meters_dropped_total', 'counter', 'Meters dropped.', recorder.counts.metersDropped),
    line('dalamb_record_flushes_total', 'counter', 'Transactions that stored lines and meters.', recorder.counts.flushes),
    line('dalamb_record_failures_total', 'counter', 'Such transactions that failed.', recorder.counts.failures),
  ].join('');
}

function storeText({ store }: ObserveDeps): string {
  const { state } = store.health();
  const name = 'dalamb_store_state';
  const lines = ['ok', 'full', 'failed'].map((one) => `${name}{state="${one}"} ${one === state ? 1 : 0}\n`);
  return `# HELP ${name} 1 for the state that the store is in.\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function gaugeText(gauges: Readonly<Record<string, number>>): string {
  return Object.entries(gauges)
    .filter(([name, value]) => /^[a-zA-Z_:][\w:]*$/.test(name) && Number.isFinite(value))
    .map(([name, value]) => `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n${name} ${value}\n`)
    .join('');
}
