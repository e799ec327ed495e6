import type { RemoveTargetsRequest, RemoveTargetsResponse } from '@aws-sdk/client-eventbridge';
import { eventTargets, type Operation } from '../../model/index.ts';
import { changed } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { foundRule } from './rules.ts';

/** RemoveTargets: content with ids that are not there. */
export function removeTargets({ store }: EventsDeps): Operation<RemoveTargetsRequest, RemoveTargetsResponse> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const { bus, rule } = await foundRule(tx, context, { Name: input.Rule, EventBusName: input.EventBusName });
      for (const id of input.Ids!) await tx.delete(eventTargets, [bus.arn, rule.name, id]);
      await changed(tx, bus);
    });
    return { FailedEntryCount: 0, FailedEntries: [] };
  };
}
