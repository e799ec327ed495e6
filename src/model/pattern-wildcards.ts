/** The wildcards of event patterns (spec/backends.md §8.2): `*` stands for any run of characters, `\*` and `\\` for themselves. */

/** What lies between the stars, in order; one part alone has no star. */
export type Wildcard = readonly string[];

const STAR = 42;
const BACKSLASH = 92;
const MOST_ALIKE = 5;

/** Reads a wildcard value. Answers the reason for which it is not valid instead; positions count bytes from the opening quote, as AWS does. */
export function readWildcard(value: string): Wildcard | { readonly reason: string } {
  const bytes = Buffer.from(`"${value}"`);
  const parts: number[][] = [[]];
  for (let at = 1; at < bytes.length - 1; at++) {
    const byte = bytes[at]!;
    if (byte === STAR) {
      if (bytes[at + 1] === STAR) return { reason: `Consecutive wildcard characters at pos ${at}` };
      parts.push([]);
    } else if (byte === BACKSLASH) {
      const next = bytes[at + 1];
      const escapes = at + 1 < bytes.length - 1 && (next === STAR || next === BACKSLASH);
      if (!escapes) return { reason: `Invalid escape character at pos ${at}` };
      parts.at(-1)!.push(next);
      at++;
    } else parts.at(-1)!.push(byte);
  }
  return tooComplex(parts) ? { reason: TOO_COMPLEX } : parts.map((part) => Buffer.from(part).toString());
}

const TOO_COMPLEX =
  'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character';

/** AWS bounds the states of its machine; what it is known to refuse is many stars followed by the same character. */
function tooComplex(parts: readonly (readonly number[])[]): boolean {
  const seen = new Map<number, number>();
  for (const [first] of parts.slice(1)) {
    if (first === undefined) continue;
    const times = (seen.get(first) ?? 0) + 1;
    if (times >= MOST_ALIKE) return true;
    seen.set(first, times);
  }
  return false;
}

/** Whether the whole value matches. Takes the first place that fits for each part, which finds a match if there is one. */
export function fitsWildcard(parts: Wildcard, value: string): boolean {
  const first = parts[0]!;
  if (parts.length === 1) return value === first;
  const last = parts.at(-1)!;
  const end = value.length - last.length;
  if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const found = value.indexOf(parts[i]!, at);
    if (found < 0) return false;
    at = found + parts[i]!.length;
  }
  return at <= end;
}
