import type { ListRulesRequest, ListRulesResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import { eventRules, type Operation } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { pageOf } from './page.ts';
import { shownRule } from './rules.ts';

/** ListRules of one bus, by name. */
export function listRules({ store }: EventsDeps): Operation<ListRulesRequest, ListRulesResponse> {
  return async (input, context) => {
    const bus = await ownBus(store.read, context, input.EventBusName);
    const rules = await allRows(store.read, eventRules, { prefix: [bus.arn] });
    const wanted = rules.filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
    const { items, ...next } = pageOf(wanted, ({ name }) => name, input);
    return { Rules: items.map((rule) => shownRule(rule, bus.name)), ...next };
  };
}
