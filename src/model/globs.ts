/** Patterns with `*`, `?` and policy variables as IAM reads them. A value can never smuggle a wildcard in: wildcards are numbers, not text. */

/** Answers the values of a condition key (given in lower case); undefined when the request has none. */
export type Lookup = (key: string) => readonly string[] | undefined;

type Part = number | { readonly key: string; readonly fallback?: string };

const STAR = -1;
const ONE = -2;

/** A compiled pattern. Text without wildcards and variables is compared, not matched. */
export interface Glob {
  readonly literal?: string;
  readonly prefix?: string;
  readonly parts: readonly Part[];
  readonly variables: boolean;
}

const VARIABLE = /^\$\{([^}]{1,256})\}/;

/** variables: whether `${…}` means something (policy version 2012-10-17). */
export function compileGlob(text: string, variables: boolean): Glob {
  return fromParts(partsOf(text, variables));
}

function partsOf(text: string, variables: boolean): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < text.length; ) {
    const found = variables && text.charCodeAt(at) === 36 ? VARIABLE.exec(text.slice(at, at + 260)) : null;
    if (found) {
      parts.push(variable(found[1]!));
      at += found[0].length;
    } else {
      const code = text.charCodeAt(at++);
      parts.push(code === 42 ? STAR : code === 63 ? ONE : code);
    }
  }
  return parts;
}

function variable(text: string): Part {
  if (text === '*' || text === '?' || text === '$') return text.charCodeAt(0);
  const found = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(text);
  return found ? { key: found[1]!.toLowerCase(), fallback: found[2] } : { key: text.toLowerCase() };
}

function fromParts(parts: readonly Part[]): Glob {
  const variables = parts.some((part) => typeof part === 'object');
  if (variables) return { parts, variables };
  const wild = parts.findIndex((part) => (part as number) < 0);
  const codes = parts as readonly number[];
  if (wild < 0) return { literal: text(codes), parts, variables };
  if (wild === parts.length - 1 && parts[wild] === STAR) return { prefix: text(codes.slice(0, -1)), parts, variables };
  return { parts, variables };
}

function text(codes: readonly number[]): string {
  let out = '';
  for (const code of codes) out += String.fromCharCode(code);
  return out;
}

/** Whether the whole value matches. A variable without a value (and without a default) matches nothing. */
export function matchesGlob(glob: Glob, value: string, lookup: Lookup = () => undefined): boolean {
  if (glob.literal !== undefined) return glob.literal === value;
  if (glob.prefix !== undefined) return value.startsWith(glob.prefix);
  const pattern = glob.variables ? substitute(glob.parts, lookup) : (glob.parts as readonly number[]);
  return pattern !== undefined && matches(pattern, value);
}

function substitute(parts: readonly Part[], lookup: Lookup): number[] | undefined {
  const out: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') {
      out.push(part);
      continue;
    }
    const values = lookup(part.key);
    const value = values?.length === 1 ? values[0] : part.fallback;
    if (value === undefined) return undefined;
    for (let i = 0; i < value.length; i++) out.push(value.charCodeAt(i));
  }
  return out;
}

/** Goes back to the last star only, so at worst pattern length times value length steps. */
function matches(pattern: readonly number[], value: string): boolean {
  let p = 0;
  let v = 0;
  let star = -1;
  let mark = 0;
  while (v < value.length) {
    const part = pattern[p];
    if (part === STAR) {
      star = p++;
      mark = v;
    } else if (part === ONE || part === value.charCodeAt(v)) {
      p++;
      v++;
    } else if (star >= 0) {
      p = star + 1;
      v = ++mark;
    } else return false;
  }
  while (pattern[p] === STAR) p++;
  return p === pattern.length;
}

/** A pattern for ARNs: `*` for anything, else six globs that each match one part; the last one takes the resource with its colons. */
export type ArnPattern = 'any' | readonly Glob[];

/** Undefined when the text is neither `*` nor of ARN form. Colons inside `${…}` do not count. */
export function compileArnPattern(text: string, variables: boolean): ArnPattern | undefined {
  if (text === '*') return 'any';
  const sections: Part[][] = [[]];
  for (const part of partsOf(text, variables)) {
    if (part === 58 && sections.length < 6) sections.push([]);
    else sections.at(-1)!.push(part);
  }
  if (sections.length < 6 || sections[5]!.length === 0) return undefined;
  const globs = sections.map(fromParts);
  return globs[0]!.literal === 'arn' ? globs : undefined;
}

/** Whether an ARN matches, part by part: a wildcard never crosses into the next part. */
export function matchesArn(pattern: ArnPattern, arn: string, lookup?: Lookup): boolean {
  if (pattern === 'any') return true;
  let from = 0;
  for (let i = 0; i < 5; i++) {
    const colon = arn.indexOf(':', from);
    if (colon < 0 || !matchesGlob(pattern[i]!, arn.slice(from, colon), lookup)) return false;
    from = colon + 1;
  }
  return matchesGlob(pattern[5]!, arn.slice(from), lookup);
}
