/** Where a pattern looks in an event. Names are joined by dots on both sides: `a.b` is a field `a.b` as well as `b` in `a`. */
export interface PatternPath {
  /** Names joined by dots. */
  readonly name: string;
  /** By the first step and the number of steps after it: the field's name that these steps make together. */
  readonly joined: readonly (readonly string[])[];
}

/** One element of an array that a leaf lies in, and what that array lies in. */
export interface Inside {
  readonly array: readonly unknown[];
  readonly index: number;
  readonly outer: Inside | undefined;
}

/** Gets each leaf at a path (undefined: it lies in no array of objects); answers true when it has seen enough. */
export type Visit = (value: string | number | boolean | null, inside: Inside | undefined) => boolean;

export function pathOf(name: string): PatternPath {
  const steps = name.split('.');
  const joined = steps.map((_, from) => steps.slice(from).map((_, more) => steps.slice(from, from + more + 1).join('.')));
  return { name, joined };
}

/** Visits every leaf at a path; true when visit had seen enough. Costs one property look-up for each step of the path where no name has dots. */
export function visitLeaves(path: PatternPath, event: unknown, visit: Visit): boolean {
  return walk(path.joined, 0, event, undefined, visit);
}

/** The hottest loop of matching: an object for each step would cost more than the match. */
function walk(joined: PatternPath['joined'], at: number, value: unknown, inside: Inside | undefined, visit: Visit): boolean {
  if (typeof value !== 'object' || value === null) return at === joined.length && visit(value as string, inside);
  if (Array.isArray(value)) return walkArray(joined, at, value, inside, visit);
  if (at === joined.length) return false;
  const names = joined[at]!;
  for (let more = 0; more < names.length; more++) {
    const name = names[more]!;
    if (Object.hasOwn(value, name) && walk(joined, at + more + 1, (value as Record<string, unknown>)[name], inside, visit))
      return true;
  }
  return false;
}

function walkArray(
  joined: PatternPath['joined'],
  at: number,
  array: readonly unknown[],
  outer: Inside | undefined,
  visit: Visit,
): boolean {
  for (let index = 0; index < array.length; index++) {
    const element = array[index];
    const inside = typeof element === 'object' && element !== null ? { array, index, outer } : outer;
    if (walk(joined, at, element, inside, visit)) return true;
  }
  return false;
}
