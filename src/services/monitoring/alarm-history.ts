import { collection, type Transaction } from '../../kernel/index.ts';
import type { Alarm, AlarmChange } from '../../model/index.ts';

/** Something that happened to an alarm (spec/backends.md §10). */
export interface AlarmHistoryRow {
  readonly account: string;
  readonly region: string;
  /** The alarm's. */
  readonly name: string;
  /** Epoch ms. */
  readonly time: number;
  readonly id: string;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate';
  readonly summary: string;
  /** JSON. */
  readonly data: string;
}

export const alarmHistory = collection<AlarmHistoryRow>({
  name: 'monitoring.alarm-history',
  key: ['account', 'region', 'name', 'time', 'id'],
  integers: ['time'],
  indexes: [
    { name: 'by-time', fields: ['account', 'region', 'time'] },
    { name: 'age', fields: ['time'] },
  ],
});

/** How long it is kept: 30 days, as on AWS. */
export const HISTORY_MS: number = 30 * 86_400_000;

interface When {
  readonly now: number;
  /** Unique. */
  readonly id: string;
}

/** Keeps that an alarm was made, changed or deleted. */
export async function noteConfigured(
  tx: Transaction,
  alarm: Alarm,
  { what, now, id }: When & { readonly what: 'created' | 'updated' | 'deleted' },
): Promise<void> {
  const { account, region, name } = alarm;
  const type = { created: 'Create', updated: 'Update', deleted: 'Delete' }[what];
  const { state: _s, reason: _r, reasonData: _d, updated: _u, transitioned: _t, tags: _tags, ...configuration } = alarm;
  await tx.put(alarmHistory, {
    ...{ account, region, name, time: now, id, type: 'ConfigurationUpdate' },
    summary: `Alarm "${name}" ${what}`,
    data: JSON.stringify({ version: '1.0', type, [`${what}Alarm`]: configuration }),
  });
}

/** Keeps that its state changed. */
export async function noteState(tx: Transaction, { alarm, previous }: AlarmChange, { now, id }: When): Promise<void> {
  const { account, region, name } = alarm;
  await tx.put(alarmHistory, {
    ...{ account, region, name, time: now, id, type: 'StateUpdate' },
    summary: `Alarm updated from ${previous.state} to ${alarm.state}`,
    data: JSON.stringify({ version: '1.0', oldState: shown(previous), newState: shown(alarm) }),
  });
}

function shown({ state, reason, reasonData }: AlarmChange['previous']) {
  const data = reasonData === undefined ? {} : { stateReasonData: JSON.parse(reasonData) as unknown };
  return { stateValue: state, stateReason: reason, ...data };
}

/** Removes what is too old: so many rows at most. */
export async function forgetHistory(tx: Transaction, now: number, most: number): Promise<void> {
  const { items } = await tx.range(alarmHistory, { index: 'age', to: [now - HISTORY_MS], limit: most });
  for (const { account, region, name, time, id } of items) await tx.delete(alarmHistory, [account, region, name, time, id]);
}
