import type { PutRuleRequest, PutRuleResponse } from '@aws-sdk/client-eventbridge';
import type { Transaction } from '../../kernel/index.ts';
import { compilePattern, type EventBus, type EventRule, eventRules, type Operation, ruleArn } from '../../model/index.ts';
import { changed, ownBus } from './bus-ref.ts';
import { checkRoles } from './check-roles.ts';
import type { EventsDeps } from './deps.ts';
import { invalid, notImplemented, tooMany } from './refusals.ts';
import { isRuleSchedule, keepTime } from './rules.ts';
import { checkedTags } from './tags.ts';

const MOST_RULES = 300;

/** PutRule: makes a rule, or replaces all of one but its tags and targets (spec/backends.md §8.1). */
export function putRule(deps: EventsDeps): Operation<PutRuleRequest, PutRuleResponse> {
  return async (input, context) => {
    check(input);
    await checkRoles(deps, [input.RoleArn]);
    return deps.store.transact(async (tx) => {
      const bus = await ownBus(tx, context, input.EventBusName);
      if (input.ScheduleExpression !== undefined && bus.name !== 'default') {
        throw invalid('ScheduleExpression is supported only on the default event bus.');
      }
      const before = await tx.get(eventRules, [bus.arn, input.Name!]);
      if (!before) await checkRoom(tx, bus);
      const rule = ruleOf(input, bus, before);
      await tx.put(eventRules, rule);
      await keepTime(tx, rule, context.now);
      await changed(tx, bus);
      return { RuleArn: rule.arn };
    });
  };
}

function check({ EventPattern, ScheduleExpression, State }: PutRuleRequest): void {
  if (!EventPattern && !ScheduleExpression) {
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS') throw notImplemented(`State ${State}`);
  if (ScheduleExpression && !isRuleSchedule(ScheduleExpression)) throw invalid('Parameter ScheduleExpression is not valid.');
  if (EventPattern) compilePattern(EventPattern);
}

async function checkRoom(tx: Transaction, bus: EventBus): Promise<void> {
  if ((await tx.count(eventRules, [bus.arn])) >= MOST_RULES) throw tooMany();
}

function ruleOf(input: PutRuleRequest, bus: EventBus, before: EventRule | undefined): EventRule {
  const tags = before ? before.tags : checkedTags(input.Tags);
  return {
    bus: bus.arn,
    name: input.Name!,
    arn: ruleArn(bus.region, bus.account, bus.name, input.Name!),
    account: bus.account,
    ...(input.EventPattern ? { pattern: input.EventPattern } : {}),
    ...(input.ScheduleExpression ? { schedule: input.ScheduleExpression } : {}),
    enabled: input.State !== 'DISABLED',
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.RoleArn === undefined ? {} : { role: input.RoleArn }),
    ...(tags === undefined ? {} : { tags }),
  };
}
