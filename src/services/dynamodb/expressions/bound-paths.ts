import { type Path, pathText } from './compiled.ts';
import { type ExpressionKind, wrong } from './lexer.ts';
import type { AttributeNames } from './placeholders.ts';
import type { PathNode } from './syntax.ts';

/** What placeholders stand for, and whose errors are told. */
export interface Names {
  readonly kind: ExpressionKind;
  readonly names: AttributeNames;
}

/** A path with its #placeholders filled in. Throws ValidationException for one that is not defined. */
export function bindPath(node: PathNode, within: Names): Path {
  if (node.fixed) return node.fixed;
  return node.steps.map((step) => {
    if ('name' in step) return step.name;
    return 'index' in step ? Number(step.index) : nameOf(step.placeholder, within);
  });
}

function nameOf(placeholder: string, { kind, names }: Names): string {
  if (Object.hasOwn(names, placeholder)) return names[placeholder]!;
  throw wrong(kind, `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`);
}

/**
 * Throws ValidationException when one path is or holds another, or when two use one place as a map and as a list. An overlap anywhere is
 * told before a conflict, as AWS does.
 */
export function checkApart(kind: ExpressionKind, paths: readonly Path[]): void {
  if (paths.length < 2) return;
  if (paths.every((path) => path.length === 1) && new Set(paths.map((path) => path[0])).size === paths.length) return;
  let conflict: readonly [Path, Path] | undefined;
  for (const [at, two] of paths.entries()) {
    for (const one of paths.slice(0, at)) {
      const meet = howTheyMeet(one, two);
      if (meet === 'overlap') throw clash(kind, 'overlap', [one, two]);
      if (meet === 'conflict') conflict ??= [one, two];
    }
  }
  if (conflict) throw clash(kind, 'conflict', conflict);
}

function howTheyMeet(one: Path, two: Path): 'overlap' | 'conflict' | undefined {
  const shorter = Math.min(one.length, two.length);
  for (let at = 0; at < shorter; at++) {
    if (typeof one[at] !== typeof two[at]) return 'conflict';
    if (one[at] !== two[at]) return undefined;
  }
  return 'overlap';
}

function clash(kind: ExpressionKind, how: string, [one, two]: readonly [Path, Path]) {
  return wrong(
    kind,
    `Two document paths ${how} with each other; must remove or rewrite one of these paths; path one: ${pathText(one)}, path two: ${pathText(two)}`,
  );
}
