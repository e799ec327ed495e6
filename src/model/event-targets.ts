import { platformFailure } from '../kernel/index.ts';
import { type BusEvent, eventTime, type SeenEvent } from './bus-events.ts';
import {
  type CarriedDelivery,
  type CarriedItem,
  type CarriedTarget,
  carryActions,
  carryPolicy,
  endAttributes,
} from './carried-deliveries.ts';
import type { EventRule, EventTarget, ReadyRule, ReadyTarget } from './event-rules.ts';
import { parseJsonPath, valueAt } from './json-paths.ts';
import { type PutCaller, targetOf } from './targets.ts';

const SERVICE = 'events.amazonaws.com';

/** An event on its way to one target of a rule that it matches (spec/backends.md §8.1 and §8.3). */
export function shapeFor({ rule }: ReadyRule, { target, shape }: ReadyTarget, seen: SeenEvent): CarriedDelivery {
  const { event, value, text } = seen;
  const to = targetOf(target.arn) as CarriedTarget;
  const role = roleOf(rule, target, to);
  const caller = role === undefined ? serviceCaller(rule) : { role };
  const payload = () => {
    const about = { ruleArn: rule.arn, ruleName: rule.name, ingested: eventTime(event.ingested) };
    const made = shape({ event: value, text, ...about });
    if (made === undefined || (to.kind === 'function' && target.InputTransformer && !isJson(made))) {
      throw platformFailure('TargetInvalid', `the input template of ${rule.name} makes no JSON of this event`);
    }
    return made;
  };
  return {
    subscriber: `rule:${rule.arn}#${target.id}`,
    target: to,
    caller,
    ...(role === undefined ? {} : { action: carryActions[to.kind] }),
    policy: carryPolicy(target.RetryPolicy),
    ...(event.traceId === undefined ? {} : { traceId: event.traceId }),
    payload,
    item: () => ({ ...itemParts(to, target, seen), body: to.kind === 'bus' ? event.detail : payload(), caller }),
    ...deadLetterOf(rule, target, text),
  };
}

/** The rule's own role counts for what a policy of the target cannot allow. */
function roleOf(rule: EventRule, target: EventTarget, { kind }: CarriedTarget): string | undefined {
  return target.RoleArn ?? (kind === 'bus' || kind === 'stream' ? rule.role : undefined);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function serviceCaller(rule: EventRule): PutCaller {
  return { service: SERVICE, sourceArn: rule.arn, sourceAccount: rule.account };
}

function deadLetterOf(rule: EventRule, target: EventTarget, text: () => string): Pick<CarriedDelivery, 'deadLetter'> {
  const arn = target.DeadLetterConfig?.Arn;
  if (arn === undefined) return {};
  return {
    deadLetter: {
      target: { kind: 'queue', arn },
      item: (end) => ({
        body: text(),
        caller: serviceCaller(rule),
        attributes: endAttributes(end, { RULE_ARN: rule.arn, TARGET_ARN: target.arn }),
      }),
    },
  };
}

/** What an item has besides its body, by the kind of its target. */
function itemParts(to: CarriedTarget, target: EventTarget, { event, value }: SeenEvent): Partial<CarriedItem> {
  if (to.kind === 'queue') {
    const groupId = target.SqsParameters?.MessageGroupId;
    return groupId === undefined ? {} : { groupId };
  }
  if (to.kind === 'stream') return { partitionKey: partitionKeyOf(target, event, value) };
  if (to.kind !== 'bus') return {};
  const { id, account, region, time, hops = 0, source, detailType, resources } = event;
  return { source, detailType, resources, passedOn: { id, account, region, time, hops: hops + 1 } };
}

/** The value at PartitionKeyPath, cut to what a stream takes; the event's id where there is none. */
function partitionKeyOf(target: EventTarget, event: BusEvent, value: unknown): string {
  const path = parseJsonPath(target.KinesisParameters?.PartitionKeyPath ?? '');
  const found = path && valueAt(value, path);
  const text = found === undefined || found === null ? '' : typeof found === 'string' ? found : JSON.stringify(found);
  return text === '' ? event.id : text.slice(0, 256);
}
