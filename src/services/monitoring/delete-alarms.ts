import type { DeleteAlarmsInput } from '@aws-sdk/client-cloudwatch';
import type { Operation } from '../../model/index.ts';
import { noteConfigured } from './alarm-history.ts';
import { alarms } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';

/** DeleteAlarms; names that are not there are passed over. */
export function deleteAlarms(deps: MonitoringDeps): Operation<DeleteAlarmsInput> {
  return async ({ AlarmNames }, { account, region, now }) => {
    const named = AlarmNames!.map((name) => ({ name, id: deps.ids.uuid() }));
    await deps.store.transact(async (tx) => {
      for (const { name, id } of named) {
        const alarm = await tx.get(alarms, [account, region, name]);
        if (!alarm) continue;
        await tx.delete(alarms, [account, region, name]);
        await noteConfigured(tx, alarm, { what: 'deleted', now, id });
      }
    });
    return {};
  };
}
