import type { ServiceTable } from '../../model/index.ts';
import { groupArn, nameOfArn } from './found.ts';

/** What each operation asks: its own action, on the group, or on the stream where it names one. */
export const accessOf: ServiceTable['access'] = (operation, input, context) => {
  const given = input.logGroupName ?? input.logGroupIdentifier ?? input.resourceArn;
  const name = typeof given === 'string' ? nameOfArn(given) : '*';
  const arn = groupArn({ account: context.account, region: context.region, name });
  const stream = typeof input.logStreamName === 'string' ? `log-stream:${input.logStreamName}` : '*';
  return [{ action: `logs:${operation}`, resource: STREAM_LEVEL.has(operation) ? `${arn}:${stream}` : `${arn}:*`, context: {} }];
};

const STREAM_LEVEL = new Set(['PutLogEvents', 'GetLogEvents', 'DeleteLogStream']);
