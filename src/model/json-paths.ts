/** Steps of a JSONPath as rules' targets know it (spec/backends.md §8.3): `$`, `$.a.b`, `$.a[0]`, `$.a['b']`. */
export type JsonPath = readonly (string | number)[];

/** Undefined when a text is no such path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  const step = /\.([^.[\]'"\s]+)|\[(\d{1,9})\]|\['([^']*)'\]|\["([^"]*)"\]/y;
  for (step.lastIndex = 1; step.lastIndex < text.length; ) {
    const found = step.exec(text);
    if (!found) return undefined;
    const [, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? single ?? double)! : Number(index));
  }
  return steps;
}

/** The value at a path; undefined when there is none. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
