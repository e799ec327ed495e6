import type { ListTargetsByRuleRequest, ListTargetsByRuleResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import { eventTargets, type Operation } from '../../model/index.ts';
import { shownTarget } from './check-target.ts';
import type { EventsDeps } from './deps.ts';
import { pageOf } from './page.ts';
import { foundRule } from './rules.ts';

/** ListTargetsByRule, by id. */
export function listTargetsByRule({ store }: EventsDeps): Operation<ListTargetsByRuleRequest, ListTargetsByRuleResponse> {
  return async (input, context) => {
    const { bus, rule } = await foundRule(store.read, context, { Name: input.Rule, EventBusName: input.EventBusName });
    const targets = await allRows(store.read, eventTargets, { prefix: [bus.arn, rule.name] });
    const { items, ...next } = pageOf(targets, ({ id }) => id, input);
    return { Targets: items.map(shownTarget), ...next };
  };
}
