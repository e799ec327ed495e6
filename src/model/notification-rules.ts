import { type Failure, fail } from '../kernel/index.ts';
import type { NotificationRule } from './notifications.ts';

const WITHHELD = [
  'ReducedRedundancyLostObject',
  'Replication:',
  'ObjectRestore:',
  'LifecycleTransition',
  'IntelligentTiering',
  'ObjectAcl:',
];

/** The events that happen here, as configurations name them. */
export const supportedEvents: readonly string[] = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
];

const MOST_RULES = 100;

/**
 * Checks what can be checked without looking at targets: events, ids, and that no two rules could select the same change
 * (spec/event-sources.md §1). Throws InvalidArgument; NotImplemented 501 for events that never happen here.
 */
export function checkNotificationRules(rules: readonly NotificationRule[]): void {
  if (rules.length > MOST_RULES) throw fail('InvalidArgument', 'The number of configurations exceeds the limit of 100');
  if (new Set(rules.map((rule) => rule.id)).size < rules.length)
    throw fail('InvalidArgument', 'Same ID used for multiple configurations. IDs must be unique');
  for (const rule of rules) checkEvents(rule.events);
  rules.forEach((rule, at) => {
    const other = rules.slice(at + 1).find((later) => overlap(rule, later));
    if (other) throw ambiguous(rule, other);
  });
}

function checkEvents(events: readonly string[]): void {
  if (events.length === 0)
    throw fail('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  for (const event of events) {
    if (supportedEvents.includes(event)) continue;
    if (WITHHELD.some((name) => event.startsWith(`s3:${name}`)))
      throw fail('NotImplemented', `Notifications for ${event} are not implemented`, { status: 501, fault: 'caller' });
    throw fail('InvalidArgument', 'The event is not supported for notifications', {
      fields: { ArgumentName: 'Event', ArgumentValue: event },
    });
  }
}

function overlap(a: NotificationRule, b: NotificationRule): boolean {
  const [prefixA, prefixB, suffixA, suffixB] = [a.prefix ?? '', b.prefix ?? '', a.suffix ?? '', b.suffix ?? ''];
  return (
    a.events.some((one) => b.events.some((two) => same(one, two))) &&
    (prefixA.startsWith(prefixB) || prefixB.startsWith(prefixA)) &&
    (suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA))
  );
}

function same(a: string, b: string): boolean {
  const stem = (event: string) => event.slice(0, -1);
  return a === b || (a.endsWith(':*') && b.startsWith(stem(a))) || (b.endsWith(':*') && a.startsWith(stem(b)));
}

function ambiguous(a: NotificationRule, b: NotificationRule): Failure {
  const filtered = [a, b].some((rule) => rule.prefix || rule.suffix);
  return fail(
    'InvalidArgument',
    filtered
      ? 'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.'
      : 'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
  );
}
