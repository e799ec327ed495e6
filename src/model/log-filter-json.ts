import { fieldTest } from './log-filter-values.ts';
import { nestsTooDeep } from './nested-json.ts';

type Test = (root: unknown) => boolean;

const TOKEN =
  /\s*(?:(&&|\|\||\(|\))|(\$(?:\.[\w*-]+|\[\d{1,6}\]|\[\*\]|\["[^"]*"\]|\['[^']*'\])+)|(IS\s+NULL|IS\s+TRUE|IS\s+FALSE|NOT\s+EXISTS)\b|(!=|<=|>=|=|<|>)|("(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%|[^\s()&|=<>!{}]+))/gy;

interface Tokens {
  readonly list: readonly { readonly kind: number; readonly text: string }[];
  at: number;
}

/** `{ $.level = "ERROR" && ($.ms > 100 || $.user NOT EXISTS) }` over messages that are JSON. */
export function jsonFilter(text: string): ((message: string) => boolean) | undefined {
  if (!text.endsWith('}')) return undefined;
  const tokens = tokenize(text.slice(1, -1).trim());
  const test = tokens && parseOr(tokens, 0);
  if (!tokens || !test || tokens.at < tokens.list.length) return undefined;
  return (message) => {
    const root = parse(message);
    return root !== undefined && test(root);
  };
}

function tokenize(text: string): Tokens | undefined {
  const list: { kind: number; text: string }[] = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) return undefined;
    const kind = found.findIndex((group, i) => i > 0 && group !== undefined);
    list.push({ kind, text: found[kind]! });
    at = TOKEN.lastIndex;
  }
  return { list, at: 0 };
}

/** What a message holds where such a pattern looks, by the pattern's own selectors: `$.level`. */
export function jsonFields(text: string): (message: string) => Record<string, string> {
  const selectors = (tokenize(text.slice(1, -1).trim())?.list ?? []).filter(({ kind }) => kind === 2);
  const paths = [...new Set(selectors.map((token) => token.text))].map((selector) => [selector, pathOf(selector)] as const);
  return (message) => {
    const root = parse(message);
    const fields: Record<string, string> = {};
    for (const [selector, path] of paths) {
      const [value] = select(root, path);
      if (value !== undefined) fields[selector] = isScalar(value) ? String(value) : JSON.stringify(value);
    }
    return fields;
  };
}

const DEEPEST = 32;

function parseOr(tokens: Tokens, depth: number): Test | undefined {
  return parseList(
    tokens,
    '||',
    (list) => (root) => list.some((test) => test(root)),
    () => parseAnd(tokens, depth),
  );
}

function parseAnd(tokens: Tokens, depth: number): Test | undefined {
  return parseList(
    tokens,
    '&&',
    (list) => (root) => list.every((test) => test(root)),
    () => parseOne(tokens, depth),
  );
}

function parseList(tokens: Tokens, sign: string, join: (list: Test[]) => Test, next: () => Test | undefined): Test | undefined {
  const list: Test[] = [];
  do {
    const test = next();
    if (!test) return undefined;
    list.push(test);
  } while (tokens.list[tokens.at]?.text === sign && tokens.list[tokens.at++]);
  return list.length === 1 ? list[0] : join(list);
}

function parseOne(tokens: Tokens, depth: number): Test | undefined {
  const first = tokens.list[tokens.at++];
  if (first?.kind === 1 && first.text === '(' && depth < DEEPEST) {
    const inner = parseOr(tokens, depth + 1);
    return inner && tokens.list[tokens.at++]?.text === ')' ? inner : undefined;
  }
  if (first?.kind !== 2) return undefined;
  const path = pathOf(first.text);
  const operator = tokens.list[tokens.at++];
  if (operator?.kind === 3) return special(path, operator.text.replace(/\s+/g, ' '));
  const value = tokens.list[tokens.at++];
  if (operator?.kind !== 4 || value?.kind !== 5) return undefined;
  const test = fieldTest(operator.text, value.text);
  return test && ((root) => select(root, path).some((found) => isScalar(found) && test(scalar(found))));
}

function special(path: readonly string[], what: string): Test {
  if (what === 'NOT EXISTS') return (root) => select(root, path).length === 0;
  const wanted = what === 'IS NULL' ? null : what === 'IS TRUE';
  return (root) => select(root, path).some((found) => found === wanted);
}

function pathOf(text: string): readonly string[] {
  return [...text.matchAll(/\.([\w*-]+)|\[(\d+|\*)\]|\["([^"]*)"\]|\['([^']*)'\]/g)].map(
    (found) => found[1] ?? found[2] ?? found[3] ?? found[4]!,
  );
}

/** At most this many places are looked at for a path with `*`. */
const WIDEST = 1000;

function select(root: unknown, path: readonly string[]): unknown[] {
  let found: unknown[] = [root];
  for (const name of path) {
    found = found.flatMap((value) => step(value, name)).slice(0, WIDEST);
  }
  return found;
}

function step(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (name === '*') return Object.values(value);
  return Object.hasOwn(value, name) && name !== 'length' ? [(value as Record<string, unknown>)[name]] : [];
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

const scalar = (value: string | number | boolean) => (typeof value === 'boolean' ? String(value) : value);

function parse(message: string): unknown {
  if (!/^\s*[[{]/.test(message) || nestsTooDeep(message)) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
