import type { Inside } from './pattern-paths.ts';

/** Where one field of a pattern may match: the array elements its leaves lie in, or where it must not be. */
export interface Places {
  /** Elements with a leaf that matches; undefined stands for one that lies in no array. */
  readonly matched: readonly (Inside | undefined)[];
  /** With exists:false: every element that has the field; the field is absent where none of them fits. */
  readonly occupied?: readonly (Inside | undefined)[];
}

/** The element chosen of each array so far. */
type Choice = ReadonlyMap<readonly unknown[], number>;

/**
 * Array consistency (spec/backends.md §8.2): whether for each field one place can be chosen so that no array is asked for two of its
 * elements. Fields come in order of their names, and an absence is judged by what was chosen before it, as AWS does. What later fields do
 * not look at is forgotten, so that the choices stay few.
 */
export function consistent(fields: readonly Places[]): boolean {
  let choices: readonly Choice[] = [new Map()];
  fields.forEach((places, i) => {
    const needed = arraysOf(fields.slice(i + 1));
    const ids = new Map([...needed].map((array, id) => [array, id]));
    const next = new Map<string, Choice>();
    const keep = (choice: Choice) => {
      const kept = new Map([...choice].filter(([array]) => needed.has(array)));
      const key = [...kept].map(([array, index]) => `${ids.get(array)}:${index}`).sort();
      next.set(key.join(), kept);
    };
    const matched = groupsOf(places.matched);
    const occupied = places.occupied && groupsOf(places.occupied);
    for (const choice of choices) {
      for (const place of fitting(matched, choice)) keep(extended(choice, place));
      if (occupied && fitting(occupied, choice).next().done) keep(choice);
    }
    choices = [...next.values()];
  });
  return choices.length > 0;
}

function arraysOf(fields: readonly Places[]): Set<readonly unknown[]> {
  const arrays = new Set<readonly unknown[]>();
  for (const { matched, occupied = [] } of fields) {
    for (const place of [...matched, ...occupied]) {
      for (let at = place; at; at = at.outer) arrays.add(at.array);
    }
  }
  return arrays;
}

type Groups = ReadonlyMap<readonly unknown[] | undefined, ReadonlyMap<number, readonly (Inside | undefined)[]>>;

/** Places by the outermost array they lie in and its element, so that a choice meets only those that may fit. */
function groupsOf(places: readonly (Inside | undefined)[]): Groups {
  const groups = new Map<readonly unknown[] | undefined, Map<number, (Inside | undefined)[]>>();
  for (const place of places) {
    let outermost = place;
    while (outermost?.outer) outermost = outermost.outer;
    const elements = groups.get(outermost?.array) ?? new Map<number, (Inside | undefined)[]>();
    groups.set(outermost?.array, elements);
    const index = outermost?.index ?? 0;
    const group = elements.get(index);
    if (group) group.push(place);
    else elements.set(index, [place]);
  }
  return groups;
}

function* fitting(groups: Groups, choice: Choice): Generator<Inside | undefined> {
  for (const [array, elements] of groups) {
    const chosen = array && choice.get(array);
    const lists = chosen === undefined ? elements.values() : [elements.get(chosen) ?? []];
    for (const list of lists) for (const place of list) if (fits(place, choice)) yield place;
  }
}

function fits(place: Inside | undefined, choice: Choice): boolean {
  for (let at = place; at; at = at.outer) {
    const chosen = choice.get(at.array);
    if (chosen !== undefined && chosen !== at.index) return false;
  }
  return true;
}

function extended(choice: Choice, place: Inside | undefined): Choice {
  if (!place) return choice;
  const next = new Map(choice);
  for (let at: Inside | undefined = place; at; at = at.outer) next.set(at.array, at.index);
  return next;
}
