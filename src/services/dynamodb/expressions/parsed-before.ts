/** Characters of text whose parse is remembered, 128 K: some thousand usual expressions; what they become takes about forty times that. */
const MOST_CHARACTERS = 131_072;

/**
 * A parser that remembers what it gave for a text: applications send the same few expressions with every call. Errors are not remembered.
 * Bounded: two generations of half the size each; the older goes when the younger is full, but for what was asked for since.
 */
export function rememberParsed<T>(parse: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  let characters = 0;
  return (text) => {
    const remembered = young.get(text);
    if (remembered !== undefined) return remembered;
    const parsed = old.get(text) ?? parse(text);
    characters += text.length;
    if (characters > MOST_CHARACTERS / 2) {
      [old, young] = [young, new Map()];
      characters = text.length;
    }
    young.set(text, parsed);
    return parsed;
  };
}
