import type { AlarmHistoryItem, DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput } from '@aws-sdk/client-cloudwatch';
import type { Key, Range } from '../../kernel/index.ts';
import type { Operation, Place } from '../../model/index.ts';
import { type AlarmHistoryRow, alarmHistory } from './alarm-history.ts';
import type { MonitoringDeps } from './deps.ts';
import { pageToken, readToken } from './page-tokens.ts';
import { notImplemented } from './refusals.ts';

const PAGE = 100;
/** Looked through in one call: an answer may be short and have a token. */
const MOST_PAGES = 20;

/** DescribeAlarmHistory: of one alarm or all, the latest first unless asked otherwise. What became of actions is in the ledger. */
export function describeAlarmHistory(deps: MonitoringDeps): Operation<DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput> {
  return async (input, context) => {
    const { AlarmTypes, AlarmContributorId, HistoryItemType, MaxRecords = PAGE } = input;
    if (AlarmContributorId !== undefined) throw notImplemented('AlarmContributorId');
    if (AlarmTypes?.length && !AlarmTypes.includes('MetricAlarm')) return { AlarmHistoryItems: [] };
    const found: AlarmHistoryItem[] = [];
    let after = input.NextToken === undefined ? undefined : readToken(input.NextToken, tokenOf(input));
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const range = { ...rangeOf(input, context), limit: MaxRecords - found.length };
      const page = await deps.store.read.range(alarmHistory, { ...range, ...(after ? { after } : {}) });
      for (const row of page.items) if (HistoryItemType === undefined || row.type === HistoryItemType) found.push(shown(row));
      after = page.next as readonly (string | number)[] | undefined;
      if (!after || found.length >= MaxRecords) break;
    }
    return { AlarmHistoryItems: found, ...(after ? { NextToken: pageToken(after) } : {}) };
  };
}

function rangeOf(
  { AlarmName, StartDate, EndDate, ScanBy }: DescribeAlarmHistoryInput,
  { account, region }: Place,
): Omit<Range, 'limit'> {
  const named = AlarmName === undefined ? { index: 'by-time' } : {};
  const prefix: Key = AlarmName === undefined ? [account, region] : [account, region, AlarmName];
  return {
    ...named,
    prefix,
    ...(StartDate === undefined ? {} : { from: [StartDate.getTime()] }),
    ...(EndDate === undefined ? {} : { to: [EndDate.getTime() + 1] }),
    reverse: ScanBy !== 'TimestampAscending',
  };
}

function tokenOf({ AlarmName }: DescribeAlarmHistoryInput): readonly ('string' | 'number')[] {
  return AlarmName === undefined ? ['number', 'string', 'string', 'string', 'number', 'string'] : ['number', 'string'];
}

function shown({ name, time, type, summary, data }: AlarmHistoryRow): AlarmHistoryItem {
  return {
    AlarmName: name,
    AlarmType: 'MetricAlarm',
    Timestamp: new Date(time),
    HistoryItemType: type,
    HistorySummary: summary,
    HistoryData: data,
  };
}
