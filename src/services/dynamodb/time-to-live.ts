import type {
  DescribeTimeToLiveCommandInput,
  DescribeTimeToLiveCommandOutput,
  UpdateTimeToLiveCommandInput,
  UpdateTimeToLiveCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../model/index.ts';
import { leaveFill } from './chores.ts';
import { type Table, type TimeToLive, tables } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { tableNamed, tableRef } from './found.ts';
import { invalid } from './refusals.ts';

const HOUR = 60 * 60 * 1000;

/** UpdateTimeToLive: one change an hour; items that are there already are taken in behind (spec/backends.md §3.2). */
export function updateTimeToLive(
  deps: DynamoDeps,
): Operation<UpdateTimeToLiveCommandInput, Omit<UpdateTimeToLiveCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const ref = tableRef(context, input.TableName);
    const { AttributeName: attribute = '', Enabled: enabled = false } = input.TimeToLiveSpecification ?? {};
    await deps.store.transact(async (tx) => {
      const table = await tableNamed(tx, ref);
      checkChange(table.ttl, { attribute, enabled, changed: context.now });
      const filling = enabled && (await leaveFill(tx, table, { attribute }));
      const ttl: TimeToLive = { attribute, enabled, changed: context.now, ...(filling ? { filling } : {}) };
      await tx.put(tables, { ...table, ttl } satisfies Table);
    });
    deps.wake();
    return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
  };
}

function checkChange(was: TimeToLive | undefined, is: TimeToLive): void {
  if (was?.enabled && is.enabled && was.attribute === is.attribute) throw invalid('TimeToLive is already enabled');
  if (!was?.enabled && !is.enabled) throw invalid('TimeToLive is already disabled');
  if (was?.enabled && was.attribute !== is.attribute)
    throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${was.attribute}`);
  const since = was ? is.changed - was.changed : HOUR; // less than nothing: the clock was set back
  if (since >= 0 && since < HOUR) throw invalid('Time to live has been modified multiple times within a fixed interval');
}

export function describeTimeToLive(
  deps: DynamoDeps,
): Operation<DescribeTimeToLiveCommandInput, Omit<DescribeTimeToLiveCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const { ttl } = await tableNamed(deps.store.read, tableRef(context, input.TableName));
    if (!ttl?.enabled) return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
    const TimeToLiveStatus = ttl.filling ? 'ENABLING' : 'ENABLED';
    return { TimeToLiveDescription: { TimeToLiveStatus, AttributeName: ttl.attribute } };
  };
}
