import type { Reader, Transaction } from '../../kernel/index.ts';
import { type EventBus, type EventRule, eventRules, type Place, parseSchedule, setTimer, timers } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import { noRule } from './refusals.ts';

export interface RuleInput {
  readonly EventBusName?: string | undefined;
}

/** A rule of the caller's own bus. Throws ResourceNotFoundException for the bus and for the rule. */
export async function foundRule(
  from: Reader,
  place: Place,
  { Name, EventBusName }: RuleInput & { readonly Name: string | undefined },
): Promise<{ readonly bus: EventBus; readonly rule: EventRule }> {
  const bus = await ownBus(from, place, EventBusName);
  const rule = await from.get(eventRules, [bus.arn, Name!]);
  if (!rule) throw noRule(Name!, bus.name);
  return { bus, rule };
}

/** A rule as DescribeRule and ListRules show it. */
export function shownRule(rule: EventRule, bus: string) {
  const { name, arn, pattern, schedule, enabled, description, role } = rule;
  return {
    Name: name,
    Arn: arn,
    ...(pattern === undefined ? {} : { EventPattern: pattern }),
    ...(schedule === undefined ? {} : { ScheduleExpression: schedule }),
    State: enabled ? ('ENABLED' as const) : ('DISABLED' as const),
    ...(description === undefined ? {} : { Description: description }),
    ...(role === undefined ? {} : { RoleArn: role }),
    EventBusName: bus,
  };
}

/** Whether PutRule takes an expression. */
export function isRuleSchedule(expression: string): boolean {
  return parseSchedule({ expression, dialect: 'rule', anchor: 0 }) !== undefined;
}

/** Sets the timer of a rule as it is now; one that goes on with the same schedule keeps its rhythm. */
export async function keepTime(tx: Transaction, rule: EventRule, now: number): Promise<void> {
  const running = await tx.get(timers, [rule.arn]);
  const expression = rule.enabled ? rule.schedule : undefined;
  if (running && running.setting.expression === expression) return;
  const setting = { expression: expression ?? '', dialect: 'rule', anchor: now } as const;
  const timer = expression === undefined ? undefined : setTimer({ arn: rule.arn, kind: 'rule', setting, windowMs: 0 }, now);
  if (timer) await tx.put(timers, timer);
  else if (running) await tx.delete(timers, [rule.arn]);
}
