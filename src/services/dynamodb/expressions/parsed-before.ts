/** Texts whose parse is remembered; the oldest unused half goes when there are more. */
const MOST_REMEMBERED = 1000;

/**
 * A parser that remembers what it gave for a text: applications send the same few expressions with every call. Errors are not remembered.
 * Bounded: two generations of half the number each, texts of at most 4 KB.
 */
export function rememberParsed<T>(parse: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    let parsed = young.get(text);
    if (parsed !== undefined) return parsed;
    parsed = old.get(text) ?? parse(text);
    if (young.size >= MOST_REMEMBERED / 2) [old, young] = [young, new Map()];
    young.set(text, parsed);
    return parsed;
  };
}
