import type { Clock, Ids } from '../../kernel/index.ts';
import { eventSourceMappings, type RewindMapping } from '../../model/index.ts';
import { keepMapping } from './mapping-rows.ts';

/** The port by which a rollback has a function read its streams again from where they were. */
export function createRewindMapping({ ids, clock }: { readonly ids: Ids; readonly clock: Clock }): RewindMapping {
  return async (tx, { account, region, uuid }, rewind) => {
    const found = await tx.get(eventSourceMappings, [account, region, uuid]);
    if (!found || found.state === 'Deleting') return;
    await keepMapping(tx, { ...found, rewind }, { requestId: ids.uuid(), now: clock.now() });
  };
}
