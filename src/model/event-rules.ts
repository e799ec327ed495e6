import type { KinesisParameters, RetryPolicy as RetrySetting, SqsParameters } from '@aws-sdk/client-eventbridge';
import { collection } from '../kernel/index.ts';
import type { SeenEvent } from './bus-events.ts';
import { compilePattern, type Pattern } from './event-patterns.ts';
import { compileInput, type InputSetting, type Shape } from './input-shaping.ts';
import { buildIndex, matchAll, type PatternIndex } from './pattern-index.ts';
import type { Tag } from './resource-tags.ts';

/** An event bus. The default one has a row as soon as there is anything to keep of it. */
export interface EventBus {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Epoch ms. */
  readonly created: number;
  readonly modified: number;
  readonly description?: string;
  /** Its resource policy, parsed. */
  readonly policy?: object;
  readonly tags?: readonly Tag[];
  /** Grows with every change of its rules, targets and archives. */
  readonly revision: number;
  /** Archives that keep its events. */
  readonly archives: number;
}

export const eventBuses = collection<EventBus>({
  name: 'events.buses',
  key: ['arn'],
  indexes: [{ name: 'place', fields: ['account', 'region', 'name'] }],
});

/** A rule of a bus; at least one of pattern and schedule is there. */
export interface EventRule {
  /** ARN of its bus. */
  readonly bus: string;
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  /** As given. */
  readonly pattern?: string;
  readonly schedule?: string;
  readonly enabled: boolean;
  readonly description?: string;
  readonly role?: string;
  readonly tags?: readonly Tag[];
}

export const eventRules = collection<EventRule>({ name: 'events.rules', key: ['bus', 'name'] });

/** A target of a rule, in the words of PutTargets, as far as it is not refused. */
export interface EventTarget extends InputSetting {
  /** ARN of its rule's bus, and the rule's name. */
  readonly bus: string;
  readonly rule: string;
  readonly id: string;
  readonly arn: string;
  readonly RoleArn?: string | undefined;
  readonly RetryPolicy?: RetrySetting | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
  readonly SqsParameters?: SqsParameters | undefined;
  readonly KinesisParameters?: KinesisParameters | undefined;
}

export const eventTargets = collection<EventTarget>({
  name: 'events.targets',
  key: ['bus', 'rule', 'id'],
  indexes: [{ name: 'target', fields: ['bus', 'arn'] }],
});

/** A rule with its targets, compiled. */
export interface ReadyRule {
  readonly rule: EventRule;
  /** One that matches nothing, when it has only a schedule. */
  readonly pattern: Pattern;
  readonly targets: readonly ReadyTarget[];
}

export interface ReadyTarget {
  readonly target: EventTarget;
  readonly shape: Shape;
}

/** All enabled rules of a bus, ready to be matched. */
export interface BusRules {
  readonly byArn: ReadonlyMap<string, ReadyRule>;
  readonly index: PatternIndex<ReadyRule>;
}

const NOTHING: Pattern = { alternatives: [] };

/** Compiles the rules of one bus. They were checked when they were put; throws what compilePattern throws. */
export function readyRules(rules: readonly EventRule[], targets: readonly EventTarget[]): BusRules {
  const ready = rules
    .filter((rule) => rule.enabled)
    .map((rule) => ({
      rule,
      pattern: rule.pattern === undefined ? NOTHING : compilePattern(rule.pattern),
      targets: targets
        .filter((target) => target.rule === rule.name)
        .map((target) => ({ target, shape: compileInput(target.id, target) })),
    }));
  return { byArn: new Map(ready.map((one) => [one.rule.arn, one])), index: buildIndex(ready) };
}

/** The rules that an event is for: those that match, or the one it names; a replay's own list narrows them. */
export function rulesFor(rules: BusRules, { event, value }: SeenEvent): readonly ReadyRule[] {
  if (event.rule !== undefined) {
    const named = rules.byArn.get(event.rule);
    return named ? [named] : [];
  }
  const found = matchAll(rules.index, value);
  const only = event.replay?.rules;
  return only ? found.filter(({ rule }) => only.includes(rule.arn)) : found;
}
