import type { AccessRequest, ServiceTable } from '../../model/index.ts';
import { groupArn, nameOfArn } from './found.ts';

/** What each operation asks: its own action, on the group, or on the stream where it names one. */
export const accessOf: ServiceTable['access'] = (operation, input, context) => {
  const given = input.logGroupName ?? input.logGroupIdentifier ?? input.resourceArn ?? input.resourceIdentifier;
  const name = typeof given === 'string' ? nameOfArn(given) : '*';
  const arn = groupArn({ account: context.account, region: context.region, name });
  const stream = typeof input.logStreamName === 'string' ? `log-stream:${input.logStreamName}` : '*';
  const resource = STREAM_LEVEL.has(operation) ? `${arn}:${stream}` : `${arn}:*`;
  const asked = { action: `logs:${operation}`, resource, context: {} };
  return typeof input.roleArn === 'string' ? [asked, passing(input.roleArn)] : [asked];
};

/** Whoever lets logs act as a role must be allowed to pass it on. */
function passing(role: string): AccessRequest {
  return { action: 'iam:PassRole', resource: role, context: { 'iam:passedtoservice': 'logs.amazonaws.com' } };
}

const STREAM_LEVEL = new Set(['PutLogEvents', 'GetLogEvents', 'DeleteLogStream']);
