import type { DescribeRuleRequest, DescribeRuleResponse } from '@aws-sdk/client-eventbridge';
import type { Operation } from '../../model/index.ts';
import type { EventsDeps } from './deps.ts';
import { foundRule, shownRule } from './rules.ts';

/** DescribeRule. */
export function describeRule({ store }: EventsDeps): Operation<DescribeRuleRequest, DescribeRuleResponse> {
  return async (input, context) => {
    const { bus, rule } = await foundRule(store.read, context, { Name: input.Name, EventBusName: input.EventBusName });
    return { ...shownRule(rule, bus.name), CreatedBy: rule.account };
  };
}
