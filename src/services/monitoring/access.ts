import type { ServiceTable } from '../../model/index.ts';

/** Metrics have no ARNs: all that a policy can tell apart is the namespace that is written to. Alarms and their tags have. */
export const accessOf: ServiceTable['access'] = (operation, input, { account, region }) => {
  const action = `cloudwatch:${operation}`;
  if (operation === 'PutMetricData') {
    return [{ action, resource: '*', context: { 'cloudwatch:namespace': String(input.Namespace ?? '') } }];
  }
  if (typeof input.ResourceARN === 'string') return [{ action, resource: input.ResourceARN, context: {} }];
  const named = input.AlarmName === undefined ? (input.AlarmNames as readonly string[] | undefined) : [String(input.AlarmName)];
  const alarm = (name: string) => ({ action, resource: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`, context: {} });
  if (named?.length) return named.map(alarm);
  return operation.startsWith('DescribeAlarm') ? [alarm('*')] : [{ action, resource: '*', context: {} }];
};
