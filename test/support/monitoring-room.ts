import { randomIds, type Store, type StoreSchema, silentLogger } from '../../src/kernel/index.ts';
import { type MeterRecord, type OperationContext, topics } from '../../src/model/index.ts';
import { createObserve, type Observe, schema as observeSchema } from '../../src/observe/index.ts';
import { createReadLog } from '../../src/services/logs/index.ts';
import { type Monitoring, monitoringService, schema } from '../../src/services/monitoring/index.ts';
import { openStore } from '../../src/store/index.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { ACCOUNT, type Answer, contextOf } from './s3-room.ts';

/** An alarm that PutMetricAlarm takes: more than 1 in each of two minutes. */
export const ALARM = {
  ...{ AlarmName: 'a', Namespace: 'n', MetricName: 'm', Statistic: 'Sum', Period: 60, EvaluationPeriods: 2, Threshold: 1 },
  ...{ ComparisonOperator: 'GreaterThanThreshold', AlarmActions: ['arn:aws:sns:us-east-1:000000000000:t'] },
};

export interface MonitoringRoom {
  /** Runs an operation as the root of ACCOUNT in us-east-1, at the clock's time. */
  call(operation: string, input?: object, context?: Partial<OperationContext>): Promise<Answer>;
  readonly monitoring: Monitoring;
  readonly store: Store;
  readonly clock: ManualClock;
  /** Puts values of metric `m` in namespace `n`. */
  put(...data: readonly object[]): Promise<void>;
  /** One datapoint for each minute of the last hours, oldest first, of metric `m` in namespace `n`. */
  points(input?: object): Promise<readonly Answer[]>;
  /** Meters of invocations, as the recorder takes them. */
  metered(...records: readonly Partial<MeterRecord>[]): Promise<void>;
  close(): Promise<void>;
}

/** CloudWatch metrics on a real store of their own, at a time that only moves when told to. */
export async function openMonitoring(clock: ManualClock = manualClock()): Promise<MonitoringRoom> {
  const directory = temporaryDirectory();
  const still = { now: () => clock.now(), monotonic: () => clock.monotonic(), after: () => () => {} };
  const store = await openStore({
    reserveBytes: SMALL_RESERVE,
    directory,
    schema: everything(),
    clock: still,
    logger: silentLogger,
  });
  const ports = { store, clock, ids: randomIds, logger: silentLogger };
  const monitoring = monitoringService(ports);
  const observe: Observe = createObserve({ ...ports, clock: still, readLog: createReadLog(store) });
  const call: MonitoringRoom['call'] = (operation, input = {}, context = {}) =>
    monitoring.operations[operation]!(input as never, contextOf({ now: clock.now(), ...context })) as Promise<Answer>;
  return {
    call,
    monitoring,
    store,
    clock,
    async put(...data) {
      await call('PutMetricData', { Namespace: 'n', MetricData: data.map((one) => ({ MetricName: 'm', ...one })) });
    },
    async points(input = {}) {
      const range = { StartTime: new Date(clock.now() - 3_600_000), EndTime: new Date(clock.now() + 60_000) };
      const asked = { Namespace: 'n', MetricName: 'm', ...range, Period: 60, Statistics: ['Sum'], ...input };
      return (await call('GetMetricStatistics', asked)).Datapoints;
    },
    async metered(...records) {
      for (const record of records) observe.meter({ ...METER, time: clock.now(), ...record });
      await observe.flush();
    },
    async close() {
      await store.close();
      removeDirectory(directory);
    },
  };
}

const METER: MeterRecord = {
  ...{ account: ACCOUNT, region: 'us-east-1', function: 'f', version: '$LATEST', time: 0, kind: 'sync', environment: 'e' },
  ...{ requestId: 'r', status: 'success', durationMs: 10, billedMs: 10, memoryMiB: 128, maxMemoryMiB: 40, egressBytes: 0 },
};

function everything(): StoreSchema {
  const collections = [...schema.collections, ...observeSchema.collections];
  return { collections: [...new Map(collections.map((one) => [one.name, one])).values()], topics };
}
