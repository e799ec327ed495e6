import type { Service } from '../../kernel/index.ts';
import type { OpenMetrics, Operation, RecordMetrics, ServiceTable } from '../../model/index.ts';
import { accessOf } from './access.ts';
import { listTagsForResource, tagResource, untagResource } from './alarm-tags.ts';
import { Counts } from './counts.ts';
import { deleteAlarms } from './delete-alarms.ts';
import type { MonitoringDeps, MonitoringPorts } from './deps.ts';
import { describeAlarmHistory } from './describe-alarm-history.ts';
import { describeAlarms } from './describe-alarms.ts';
import { Evaluation } from './evaluation.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { KnownMetrics } from './known-metrics.ts';
import { listMetrics } from './list-metrics.ts';
import { putMetricAlarm } from './put-metric-alarm.ts';
import { putMetricData } from './put-metric-data.ts';
import { recordIn } from './record-values.ts';
import { setAlarmState } from './set-alarm-state.ts';
import { Sweep } from './sweep.ts';

export { schema } from './collections.ts';
export type { MonitoringPorts } from './deps.ts';

export interface Monitoring extends ServiceTable {
  /** For what the platform itself has to tell. */
  readonly openMetrics: OpenMetrics;
  /** For metrics that lines of logs embed. */
  readonly recordMetrics: RecordMetrics;
  readonly counts: Service & { flush(): Promise<void> };
  /** Longer periods for older values. */
  readonly sweep: Service & { round(): Promise<void> };
  /** States of alarms. */
  readonly evaluation: Service & { round(): Promise<void> };
  readonly background: readonly Service[];
}

/** CloudWatch metrics (spec/backends.md §10). What is not here is answered NotImplemented by the gateway. */
export function monitoringService(ports: MonitoringPorts): Monitoring {
  const deps: MonitoringDeps = { ...ports, known: new KnownMetrics() };
  const counts = new Counts(deps);
  const sweep = new Sweep(deps);
  const evaluation = new Evaluation(deps);
  const operations = {
    DeleteAlarms: deleteAlarms(deps),
    DescribeAlarmHistory: describeAlarmHistory(deps),
    DescribeAlarms: describeAlarms(deps),
    GetMetricData: getMetricData(deps),
    GetMetricStatistics: getMetricStatistics(deps),
    ListMetrics: listMetrics(deps),
    ListTagsForResource: listTagsForResource(deps),
    PutMetricAlarm: putMetricAlarm(deps),
    PutMetricData: putMetricData(deps),
    SetAlarmState: setAlarmState(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
  };
  return {
    operations: operations as unknown as Readonly<Record<string, Operation>>,
    access: accessOf,
    openMetrics: counts.open,
    recordMetrics: async (tx, recorded, now) => void (await recordIn(tx, deps.known, { recorded, now })),
    counts,
    sweep,
    evaluation,
    background: [counts, sweep, evaluation],
  };
}
