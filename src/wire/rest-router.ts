import type { ServiceName } from './contract.ts';
import { type Operation, operationOf, type Segment } from './operation.ts';
import { remembered } from './remembered.ts';
import { serviceModel } from './service-model.ts';

/** What a router needs to see of a request. */
export interface Routable {
  readonly method: string;
  /** Raw, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface Routed {
  readonly operation: Operation;
  /** Decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  label?: Node;
  /** Operations whose path ends here, or (greedy) whose last label takes the rest; the most particular first. */
  readonly here: Operation[];
  readonly greedy: Operation[];
}

const node = (): Node => ({ literals: new Map(), here: [], greedy: [] });

const routers = new Map<ServiceName, Map<string, Node>>();

/** Finds the operation of a REST service for a request, or undefined. A trailing slash is optional; x-id only breaks ties. */
export function routeRest(service: ServiceName, request: Routable): Routed | undefined {
  const roots = remembered(routers, service, () => plant(service));
  const root = roots.get(request.method);
  if (!root) return undefined;
  const parts = request.path.split('/');
  parts.shift();
  const candidates = walk(root, parts, 0);
  if (!candidates) return undefined;
  const operation = choose(candidates, request);
  return operation && { operation, labels: labelsOf(operation, parts) };
}

function plant(service: ServiceName): Map<string, Node> {
  const roots = new Map<string, Node>();
  for (const name of serviceModel(service).operationNames) {
    const operation = operationOf(service, name)!;
    if (!operation.route) continue;
    const { method, segments } = operation.route;
    let at = remembered(roots, method, node);
    const last = segments.at(-1);
    for (const segment of last?.greedy ? segments.slice(0, -1) : segments) at = grow(at, segment);
    (last?.greedy ? at.greedy : at.here).push(operation);
  }
  for (const root of roots.values()) settle(root);
  return roots;
}

function grow(at: Node, segment: Segment): Node {
  if (segment.literal === undefined) {
    at.label ??= node();
    return at.label;
  }
  const next = at.literals.get(segment.literal) ?? node();
  at.literals.set(segment.literal, next);
  return next;
}

function settle(at: Node): void {
  const order = (a: Operation, b: Operation) => particularity(b) - particularity(a);
  at.here.sort(order);
  at.greedy.sort(order);
  for (const next of at.literals.values()) settle(next);
  if (at.label) settle(at.label);
}

const fixed = (operation: Operation) => operation.route!.literals.filter(([name]) => name !== 'x-id');

function particularity(operation: Operation): number {
  const needs = [...operation.in.query, ...operation.in.header].filter((bound) => bound.required).length;
  return fixed(operation).length * 1000 + needs;
}

/** The operations at the end of a path: literals before labels, exact before greedy. */
function walk(at: Node, parts: readonly string[], index: number): readonly Operation[] | undefined {
  const done = index === parts.length || (index === parts.length - 1 && parts[index] === '');
  if (done) return at.here.length > 0 ? at.here : undefined;
  const part = parts[index]!;
  const literal = at.literals.get(part);
  const found = literal && walk(literal, parts, index + 1);
  if (found) return found;
  const labelled = at.label && part !== '' ? walk(at.label, parts, index + 1) : undefined;
  if (labelled) return labelled;
  return at.greedy.length > 0 ? at.greedy : undefined;
}

function choose(candidates: readonly Operation[], request: Routable): Operation | undefined {
  if (candidates.length === 1 && candidates[0]!.route!.literals.length === 0) return candidates[0];
  const first = candidates.find((operation) => fits(operation, request));
  // what lacks only a required part of the query is for validation to say
  if (!first) return candidates.find((operation) => fixed(operation).length === 0);
  const hint = request.query.get('x-id');
  if (hint === null || hint === first.name) return first;
  const hinted = candidates.find(({ name }) => name === hint);
  const tied = hinted && particularity(hinted) === particularity(first) && fits(hinted, request);
  return tied ? hinted : first;
}

function fits(operation: Operation, { query, headers }: Routable): boolean {
  for (const [name, value] of operation.route!.literals) {
    if (name === 'x-id') continue;
    if (!query.has(name) || (value !== '' && query.get(name) !== value)) return false;
  }
  for (const bound of operation.in.query) if (bound.required && !query.has(bound.wire)) return false;
  // operations that differ only in a required header: CopyObject and PutObject, UploadPartCopy and UploadPart
  for (const bound of operation.in.header) if (bound.required && headers[bound.wire] === undefined) return false;
  return true;
}

function labelsOf(operation: Operation, parts: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  const { segments } = operation.route!;
  for (let index = 0; index < segments.length; index++) {
    const { label, greedy } = segments[index]!;
    if (label) labels[label] = decode(greedy ? parts.slice(index).join('/') : parts[index]!);
  }
  return labels;
}

/** Percent-decodes; what is not valid stays as it was sent. `+` is a plus sign in a path. */
export function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
