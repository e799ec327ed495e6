import type { DisableRuleRequest, EnableRuleRequest } from '@aws-sdk/client-eventbridge';
import { eventRules, type Operation } from '../../model/index.ts';
import { changed } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { foundRule, keepTime } from './rules.ts';

/** EnableRule: from the next event on it is matched again; a schedule begins anew. */
export function enableRule(deps: EventsDeps): Operation<EnableRuleRequest> {
  return setState(deps, true);
}

/** DisableRule: from the next event on it matches nothing, and its schedule stops. */
export function disableRule(deps: EventsDeps): Operation<DisableRuleRequest> {
  return setState(deps, false);
}

function setState({ store }: EventsDeps, enabled: boolean): Operation<EnableRuleRequest> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const { bus, rule } = await foundRule(tx, context, { Name: input.Name, EventBusName: input.EventBusName });
      const next = { ...rule, enabled };
      await tx.put(eventRules, next);
      await keepTime(tx, next, context.now);
      await changed(tx, bus);
    });
    return {};
  };
}
