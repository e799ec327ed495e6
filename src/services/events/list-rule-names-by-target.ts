import type { ListRuleNamesByTargetRequest, ListRuleNamesByTargetResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import { eventTargets, type Operation } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { pageOf } from './page.ts';

/** ListRuleNamesByTarget: the rules of a bus that have this target, by name. */
export function listRuleNamesByTarget({
  store,
}: EventsDeps): Operation<ListRuleNamesByTargetRequest, ListRuleNamesByTargetResponse> {
  return async (input, context) => {
    const bus = await ownBus(store.read, context, input.EventBusName);
    const targets = await allRows(store.read, eventTargets, { index: 'target', prefix: [bus.arn, input.TargetArn!] });
    const names = [...new Set(targets.map(({ rule }) => rule))].sort();
    const { items, ...next } = pageOf(names, (name) => name, input);
    return { RuleNames: items, ...next };
  };
}
