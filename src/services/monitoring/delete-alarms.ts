import type { DeleteAlarmsInput } from '@aws-sdk/client-cloudwatch';
import type { Operation } from '../../model/index.ts';
import { alarms } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';

/** DeleteAlarms; names that are not there are passed over. */
export function deleteAlarms(deps: MonitoringDeps): Operation<DeleteAlarmsInput> {
  return async ({ AlarmNames }, { account, region }) => {
    await deps.store.transact(async (tx) => {
      for (const name of AlarmNames!) await tx.delete(alarms, [account, region, name]);
    });
    return {};
  };
}
