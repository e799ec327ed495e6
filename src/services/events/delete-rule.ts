import type { DeleteRuleRequest } from '@aws-sdk/client-eventbridge';
import { eventRules, eventTargets, type Operation, timers } from '../../model/index.ts';
import { changed, ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { invalid } from './refusals.ts';

/** DeleteRule: content with a rule that is not there; one with targets stays (spec/backends.md §8.1). */
export function deleteRule({ store }: EventsDeps): Operation<DeleteRuleRequest> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const bus = await ownBus(tx, context, input.EventBusName);
      const rule = await tx.get(eventRules, [bus.arn, input.Name!]);
      if (!rule) return;
      if ((await tx.count(eventTargets, [bus.arn, rule.name])) > 0) throw invalid("Rule can't be deleted since it has targets.");
      await tx.delete(eventRules, [bus.arn, rule.name]);
      await tx.delete(timers, [rule.arn]);
      await changed(tx, bus);
    });
    return {};
  };
}
