import { type Alternative, matchesAlternative, type Pattern, type PatternField } from './event-patterns.ts';
import type { Leaf } from './pattern-matchers.ts';
import { type PatternPath, visitLeaves } from './pattern-paths.ts';

/** Many rules, found by the values that they compare (bench/patterns.ts: see there what an event costs against 1,000 rules). */
export interface PatternIndex<R> {
  readonly paths: readonly IndexedPath<R>[];
  /** Alternatives without a field that is only compared; each is tried with every event. */
  readonly others: readonly Entry<R>[];
}

interface IndexedPath<R> {
  readonly path: PatternPath;
  readonly values: ReadonlyMap<Leaf, readonly Entry<R>[]>;
}

interface Entry<R> {
  readonly rule: R;
  /** The rule's place among all. */
  readonly order: number;
  readonly alternative: Alternative;
}

/**
 * Puts each alternative of each rule under that one of its compared fields whose values the fewest others ask for: `source` alone selects
 * little where all rules have the same, and `detail-type` or an id in the detail selects much.
 */
export function buildIndex<R extends { readonly pattern: Pattern }>(rules: readonly R[]): PatternIndex<R> {
  const entries = rules.flatMap((rule, order) => rule.pattern.alternatives.map((alternative) => ({ rule, order, alternative })));
  const asked = new Map<string, Map<Leaf, number>>();
  for (const { alternative } of entries) {
    for (const { path, exact } of alternative.filter(isCompared)) {
      const values = asked.get(path.name) ?? new Map<Leaf, number>();
      asked.set(path.name, values);
      for (const value of exact) values.set(value, (values.get(value) ?? 0) + 1);
    }
  }
  const load = ({ path, exact }: PatternField) => Math.max(...[...exact].map((value) => asked.get(path.name)!.get(value)!));
  const paths = new Map<string, { path: PatternPath; values: Map<Leaf, Entry<R>[]> }>();
  const others: Entry<R>[] = [];
  for (const entry of entries) {
    const compared = entry.alternative.filter(isCompared);
    const best = compared.reduce<PatternField | undefined>((one, two) => (one && load(one) <= load(two) ? one : two), undefined);
    if (best) enter(paths, best, entry);
    else others.push(entry);
  }
  return { paths: [...paths.values()], others };
}

function enter<R>(
  paths: Map<string, { path: PatternPath; values: Map<Leaf, Entry<R>[]> }>,
  field: PatternField,
  entry: Entry<R>,
): void {
  const { path } = field;
  const indexed = paths.get(path.name) ?? { path, values: new Map<Leaf, Entry<R>[]>() };
  paths.set(path.name, indexed);
  for (const value of field.exact) {
    const bucket = indexed.values.get(value);
    if (bucket) bucket.push(entry);
    else indexed.values.set(value, [entry]);
  }
}

function isCompared(field: PatternField): boolean {
  return field.tests.length === 0 && !field.absent;
}

/** The rules that match an event (parsed JSON), each once, in the order they were given. */
export function matchAll<R>(index: PatternIndex<R>, event: unknown): R[] {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return [];
  const hits = new Map<number, R>();
  const attempt = ({ rule, order, alternative }: Entry<R>) => {
    if (!hits.has(order) && matchesAlternative(alternative, event)) hits.set(order, rule);
  };
  for (const { path, values } of index.paths) {
    visitLeaves(path, event, (value) => {
      values.get(value)?.forEach(attempt);
      return false;
    });
  }
  index.others.forEach(attempt);
  if (hits.size <= 1) return [...hits.values()];
  return [...hits].sort(([a], [b]) => a - b).map(([, rule]) => rule);
}
