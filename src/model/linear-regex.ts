/**
 * Regular expressions as log filters have them (`%…%`: no groups, no back references), run as a set of states: the time is proportional to
 * pattern length times text length, whatever both are.
 */
export type LinearRegex = (text: string) => boolean;

type Test = (code: number) => boolean;

interface Step {
  readonly test: Test;
  readonly repeat: boolean;
  readonly optional: boolean;
}

interface Branch {
  readonly steps: readonly Step[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

const MAX_STEPS = 500;

/** Undefined when the text is none of this dialect: `. [] [^] * + ? {n,m} | ^ $ \d \D \s \S \w \W` and escapes. */
export function compileLinearRegex(source: string): LinearRegex | undefined {
  const branches: Branch[] = [];
  for (const part of splitBranches(source)) {
    const branch = parseBranch(part);
    if (!branch) return undefined;
    branches.push(branch);
  }
  return (text) => branches.some((branch) => runs(branch, text));
}

function splitBranches(source: string): string[] {
  const parts = [''];
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!;
    if (c === '\\') parts[parts.length - 1] += c + (source[++i] ?? '');
    else if (c === '|' && !inClass) parts.push('');
    else {
      inClass = c === '[' ? true : c === ']' ? false : inClass;
      parts[parts.length - 1] += c;
    }
  }
  return parts;
}

function parseBranch(source: string): Branch | undefined {
  const atStart = source.startsWith('^');
  const steps: Step[] = [];
  let at = atStart ? 1 : 0;
  while (at < source.length) {
    if (source[at] === '$' && at === source.length - 1) return { steps, atStart, atEnd: true };
    const atom = parseAtom(source, at);
    if (!atom) return undefined;
    const counted = parseQuantifier(source, atom.end);
    if (!counted || !pushSteps(steps, atom.test, counted)) return undefined;
    at = counted.end;
  }
  return { steps, atStart, atEnd: false };
}

function pushSteps(steps: Step[], test: Test, { min, max }: { min: number; max: number }): boolean {
  const optional = max === Number.POSITIVE_INFINITY ? 0 : max - min;
  if (optional < 0 || steps.length + min + optional + 1 > MAX_STEPS) return false;
  for (let i = 0; i < min; i++) steps.push({ test, repeat: false, optional: false });
  for (let i = 0; i < optional; i++) steps.push({ test, repeat: false, optional: true });
  if (max === Number.POSITIVE_INFINITY) steps.push({ test, repeat: true, optional: true });
  return true;
}

function parseQuantifier(source: string, at: number): { min: number; max: number; end: number } | undefined {
  const c = source[at];
  if (c === '*') return { min: 0, max: Number.POSITIVE_INFINITY, end: at + 1 };
  if (c === '+') return { min: 1, max: Number.POSITIVE_INFINITY, end: at + 1 };
  if (c === '?') return { min: 0, max: 1, end: at + 1 };
  if (c !== '{') return { min: 1, max: 1, end: at };
  const found = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(source.slice(at, at + 12));
  if (!found) return undefined;
  const min = Number(found[1]);
  const max = found[2] === undefined ? min : found[3] === undefined ? Number.POSITIVE_INFINITY : Number(found[3]);
  return { min, max, end: at + found[0].length };
}

const digit: Test = (c) => c >= 48 && c <= 57;
const word: Test = (c) => digit(c) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
const space: Test = (c) => c === 32 || (c >= 9 && c <= 13) || c === 160;
const not =
  (test: Test): Test =>
  (c) =>
    !test(c);
const classes: Readonly<Record<string, Test>> = { d: digit, D: not(digit), w: word, W: not(word), s: space, S: not(space) };

function parseAtom(source: string, at: number): { test: Test; end: number } | undefined {
  const c = source[at]!;
  if (c === '[') return parseClass(source, at + 1);
  if (c === '.') return { test: () => true, end: at + 1 };
  if (c === '\\') {
    const test = escaped(source[at + 1]);
    return test && { test, end: at + 2 };
  }
  if ('*+?{}()]$^'.includes(c)) return undefined;
  return { test: exactly(source.charCodeAt(at)), end: at + 1 };
}

function escaped(c: string | undefined): Test | undefined {
  if (c === undefined) return undefined;
  if (Object.hasOwn(classes, c)) return classes[c];
  if (c === 't') return exactly(9);
  if (c === 'n') return exactly(10);
  return /[0-9A-Za-z]/.test(c) ? undefined : exactly(c.charCodeAt(0));
}

const exactly =
  (code: number): Test =>
  (c) =>
    c === code;

function parseClass(source: string, start: number): { test: Test; end: number } | undefined {
  const negated = source[start] === '^';
  const tests: Test[] = [];
  let at = negated ? start + 1 : start;
  while (at < source.length && source[at] !== ']') {
    const c = source[at]!;
    if (c === '\\') {
      const test = escaped(source[at + 1]);
      if (!test) return undefined;
      tests.push(test);
      at += 2;
    } else if (source[at + 1] === '-' && at + 2 < source.length && source[at + 2] !== ']') {
      const [from, to] = [source.charCodeAt(at), source.charCodeAt(at + 2)];
      tests.push((code) => code >= from && code <= to);
      at += 3;
    } else {
      tests.push(exactly(c.charCodeAt(0)));
      at++;
    }
  }
  if (at >= source.length || tests.length === 0) return undefined;
  return { test: (code) => tests.some((test) => test(code)) !== negated, end: at + 1 };
}

function runs({ steps, atStart, atEnd }: Branch, text: string): boolean {
  const end = steps.length;
  let states = new Uint8Array(end + 1);
  const enter = (set: Uint8Array, from: number) => {
    for (let i = from; set[i] === 0; i++) {
      set[i] = 1;
      if (i === end || !steps[i]!.optional) return;
    }
  };
  enter(states, 0);
  for (let at = 0; at < text.length; at++) {
    if (states[end] === 1 && !atEnd) return true;
    const code = text.charCodeAt(at);
    const next = new Uint8Array(end + 1);
    for (let i = 0; i < end; i++) {
      if (states[i] === 1 && steps[i]!.test(code)) enter(next, steps[i]!.repeat ? i : i + 1);
    }
    if (!atStart) enter(next, 0);
    states = next;
  }
  return states[end] === 1;
}
