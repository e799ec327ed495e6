import type { LogGroup as GroupOutput, LogStream as StreamOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { LogGroup, LogStreamRow } from '../../model/index.ts';
import { groupArn } from './found.ts';

export function describeGroup(group: LogGroup): GroupOutput {
  return {
    logGroupName: group.name,
    creationTime: group.created,
    ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
    metricFilterCount: group.metricFilters?.length ?? 0,
    arn: `${groupArn(group)}:*`,
    storedBytes: group.storedBytes,
    logGroupClass: 'STANDARD',
    logGroupArn: groupArn(group),
    deletionProtectionEnabled: false,
  };
}

/** The sequence token means nothing any more, and old clients want one. */
export const SEQUENCE_TOKEN = '49039859621371829129000000000000000000000000000000000000';

export function describeStream(group: LogGroup, stream: LogStreamRow): StreamOutput {
  const seen = stream.firstEvent !== undefined;
  return {
    logStreamName: stream.name,
    creationTime: stream.created,
    ...(seen ? { firstEventTimestamp: stream.firstEvent, lastEventTimestamp: stream.lastEvent } : {}),
    ...(seen ? { lastIngestionTime: stream.lastIngestion } : {}),
    uploadSequenceToken: SEQUENCE_TOKEN,
    arn: `${groupArn(group)}:log-stream:${stream.name}`,
    storedBytes: 0,
  };
}
