/** Route keys of HTTP APIs and which of them a request means (spec/event-sources.md §6.1). */

export interface RouteKey {
  /** Upper case, `ANY`, or `$default` for the route of everything else. */
  readonly method: string;
  /** Segments of the path; `{id}` a variable, `{proxy+}` (the last one only) takes all that is left. Empty for `/` and `$default`. */
  readonly segments: readonly string[];
}

const METHODS = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
const SEGMENT = /^(?:[A-Za-z0-9._~%!$&'()*,;=:@-]+|\{[A-Za-z0-9._-]+\+?\})$/;
const MOST_LENGTH = 1024;

/** `GET /pets/{id}`, `ANY /{proxy+}`, `$default`; undefined when it is none. */
export function parseRouteKey(key: string): RouteKey | undefined {
  if (key === '$default') return { method: '$default', segments: [] };
  const parts = /^([A-Z]+) (\/.*)$/.exec(key);
  if (!parts || key.length > MOST_LENGTH || !METHODS.has(parts[1]!)) return undefined;
  if (parts[2] === '/') return { method: parts[1]!, segments: [] };
  const segments = parts[2]!.slice(1).split('/');
  const names = segments.filter(isVariable).map(variableName);
  if (new Set(names).size < names.length || segments.slice(0, -1).some(isGreedy)) return undefined;
  // A slash at the end is part of the path.
  const written = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  return written.length > 0 && written.every((segment) => SEGMENT.test(segment)) ? { method: parts[1]!, segments } : undefined;
}

const isVariable = (segment: string) => segment.startsWith('{');
const isGreedy = (segment: string) => segment.endsWith('+}');
const variableName = (segment: string) => segment.slice(1, isGreedy(segment) ? -2 : -1);

export interface RouteMatch<R> {
  readonly route: R;
  /** Decoded; empty when the route has none. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a request; path is as sent, without the stage. */
export type MatchRoute<R> = (method: string, path: string) => RouteMatch<R> | undefined;

interface Node<R> {
  readonly fixed: Map<string, Node<R>>;
  variable?: Node<R>;
  /** Routes that end here, by method. */
  readonly ends: Map<string, Leaf<R>>;
  readonly greedy: Map<string, Leaf<R>>;
}

interface Leaf<R> {
  readonly route: R;
  /** Names of the variables on the way, in order. */
  readonly names: readonly string[];
}

const newNode = <R>(): Node<R> => ({ fixed: new Map(), ends: new Map(), greedy: new Map() });

/**
 * Makes the matcher of a stage. From left to right, a fixed segment goes before a variable and a variable before a greedy one; then the
 * request's own method before ANY; `$default` takes the rest. Keys that do not parse are left out. Each node is visited at most once a
 * request, so it costs at most the number of segments of all routes.
 */
export function compileRoutes<R extends { readonly key: string }>(routes: readonly R[]): MatchRoute<R> {
  const root = newNode<R>();
  let rest: R | undefined;
  for (const route of routes) {
    const key = parseRouteKey(route.key);
    if (key?.method === '$default') rest = route;
    else if (key) insert(root, key, route);
  }
  return (method, path) => {
    const segments = path === '/' || path === '' ? [] : path.slice(1).split('/').map(decoded);
    const found = search(root, { segments, method, values: [] }, 0);
    return found ?? (rest && { route: rest, parameters: {} });
  };
}

function insert<R>(root: Node<R>, { method, segments }: RouteKey, route: R): void {
  const names: string[] = [];
  let node = root;
  for (const segment of segments) {
    if (isVariable(segment)) names.push(variableName(segment));
    if (isGreedy(segment)) return void node.greedy.set(method, { route, names });
    node = isVariable(segment) ? variableOf(node) : fixedOf(node, decoded(segment));
  }
  node.ends.set(method, { route, names });
}

function variableOf<R>(node: Node<R>): Node<R> {
  node.variable ??= newNode();
  return node.variable;
}

function fixedOf<R>(node: Node<R>, segment: string): Node<R> {
  const known = node.fixed.get(segment) ?? newNode<R>();
  node.fixed.set(segment, known);
  return known;
}

interface Search {
  readonly segments: readonly string[];
  readonly method: string;
  /** Of the variables on the way here. */
  readonly values: string[];
}

function search<R>(node: Node<R>, sought: Search, at: number): RouteMatch<R> | undefined {
  const { segments, method, values } = sought;
  if (at === segments.length) return leafOf(node.ends, method, values);
  const segment = segments[at]!;
  const fixed = node.fixed.get(segment);
  const first = fixed && search(fixed, sought, at + 1);
  if (first) return first;
  if (node.variable && segment !== '') {
    values.push(segment);
    const second = search(node.variable, sought, at + 1);
    values.pop();
    if (second) return second;
  }
  const left = node.greedy.size === 0 ? '' : segments.slice(at).join('/');
  return left === '' ? undefined : leafOf(node.greedy, method, [...values, left]);
}

function leafOf<R>(leaves: Map<string, Leaf<R>>, method: string, values: readonly string[]): RouteMatch<R> | undefined {
  const leaf = leaves.get(method) ?? leaves.get('ANY');
  if (!leaf) return undefined;
  return { route: leaf.route, parameters: Object.fromEntries(leaf.names.map((name, i) => [name, values[i]!])) };
}

/** Percent-decoded; as it is when it cannot be. */
function decoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
