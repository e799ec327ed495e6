import type { LifecycleRule } from './lifecycle-rules.ts';
import type { Tag } from './resource-tags.ts';

/** What rules look at. Times in epoch ms. */
export interface LifecycleObject {
  readonly key: string;
  readonly size: number;
  readonly modified: number;
  readonly tags?: readonly Tag[];
}

/** When something ends, and by which rule. */
export interface Expiry {
  readonly at: number;
  readonly rule: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The midnight (UTC) at which so many days after time are over. */
export function midnightAfter(time: number, days: number): number {
  return Math.ceil((time + days * DAY_MS) / DAY_MS) * DAY_MS;
}

/** When the latest version expires, by the first of its rules. */
export function expiryOf(rules: readonly LifecycleRule[], object: LifecycleObject): Expiry | undefined {
  return earliest(rules, (rule) => {
    const { days, date } = rule.expiration ?? {};
    if (!selectsObject(rule, object)) return undefined;
    return days === undefined ? date : midnightAfter(object.modified, days);
  });
}

/** When a noncurrent version goes; since: when it became that; newer: how many newer noncurrent versions its key has. */
export function noncurrentExpiry(
  rules: readonly LifecycleRule[],
  object: LifecycleObject,
  { since, newer }: { readonly since: number; readonly newer: number },
): Expiry | undefined {
  return earliest(rules, (rule) => {
    if (!rule.noncurrent || newer < rule.noncurrent.keep || !selectsObject(rule, object)) return undefined;
    return midnightAfter(since, rule.noncurrent.days);
  });
}

/** When a delete marker goes that is all that is left of its key: at once where a rule says so, else when it is as old as objects may be. */
export function markerExpiry(rules: readonly LifecycleRule[], marker: Omit<LifecycleObject, 'size'>): Expiry | undefined {
  return earliest(rules, (rule) => {
    const { days, date, markers } = rule.expiration ?? {};
    if (!marker.key.startsWith(rule.prefix) || rule.tags.length > 0 || (rule.above ?? rule.below) !== undefined) return undefined;
    if (markers) return marker.modified;
    return days === undefined ? date : midnightAfter(marker.modified, days);
  });
}

/** When an upload that was begun then is aborted. */
export function abortExpiry(rules: readonly LifecycleRule[], key: string, initiated: number): Expiry | undefined {
  return earliest(rules, ({ abortDays, prefix }) =>
    abortDays === undefined || !key.startsWith(prefix) ? undefined : midnightAfter(initiated, abortDays),
  );
}

/** The prefixes under which the enabled rules look, none of them below another. */
export function lifecyclePrefixes(rules: readonly LifecycleRule[]): readonly string[] {
  const all = [...new Set(rules.filter(({ enabled }) => enabled).map(({ prefix }) => prefix))];
  return all.filter((prefix) => !all.some((other) => other !== prefix && prefix.startsWith(other)));
}

function earliest(rules: readonly LifecycleRule[], at: (rule: LifecycleRule) => number | undefined): Expiry | undefined {
  let first: Expiry | undefined;
  for (const rule of rules) {
    const time = rule.enabled ? at(rule) : undefined;
    if (time !== undefined && (!first || time < first.at)) first = { at: time, rule: rule.id };
  }
  return first;
}

function selectsObject({ prefix, tags, above, below }: LifecycleRule, { key, size, tags: has = [] }: LifecycleObject): boolean {
  return (
    key.startsWith(prefix) &&
    (above === undefined || size > above) &&
    (below === undefined || size < below) &&
    tags.every(({ Key, Value }) => has.some((tag) => tag.Key === Key && tag.Value === Value))
  );
}
