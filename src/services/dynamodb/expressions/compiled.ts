import type { AttributeValue } from '../values/item.ts';

/** A document path: the attribute's name, then names within maps and indexes within lists. */
export type Path = readonly (string | number)[];

/** What a condition compares: a value, what a path leads to, or the size of either. */
export type Operand =
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'size'; readonly of: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A condition or filter with its placeholders filled in, from an expression or from the old parameters; see holds(). */
export type Condition =
  | { readonly kind: 'and'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly operator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists'; readonly operand: Operand }
  | { readonly kind: 'missing'; readonly operand: Operand }
  | { readonly kind: 'type'; readonly operand: Operand; readonly type: string }
  | { readonly kind: 'begins_with'; readonly operand: Operand; readonly sought: Operand }
  | { readonly kind: 'contains'; readonly operand: Operand; readonly sought: Operand };

/** What a SET gives an attribute. */
export type UpdateValue =
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'sum'; readonly operator: '+' | '-'; readonly left: UpdateValue; readonly right: UpdateValue }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: UpdateValue }
  | { readonly kind: 'list_append'; readonly left: UpdateValue; readonly right: UpdateValue };

export type UpdateAction =
  | { readonly kind: 'set'; readonly path: Path; readonly value: UpdateValue }
  | { readonly kind: 'remove'; readonly path: Path }
  | { readonly kind: 'add' | 'delete'; readonly path: Path; readonly value: AttributeValue };

/** An update with its placeholders filled in; no two paths overlap. legacy tells of AttributeUpdates, whose errors read otherwise. */
export interface Update {
  readonly actions: readonly UpdateAction[];
  readonly legacy: boolean;
}

/** The paths to keep; no two overlap. */
export type Projection = readonly Path[];

export type KeyOperator = '=' | '<' | '<=' | '>' | '>=' | 'between' | 'begins_with' | 'unsupported';

/** One condition on one key attribute; between has two values. unsupported is what only the old parameters can ask for. */
export interface KeyTerm {
  readonly name: string;
  readonly operator: KeyOperator;
  readonly values: readonly AttributeValue[];
}

/** A key condition before it has met a key schema; legacy tells of KeyConditions. */
export interface KeyCondition {
  readonly terms: readonly KeyTerm[];
  readonly legacy: boolean;
}

/** A path as AWS writes it in errors: `[a, [1], b]`. */
export function pathText(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

/** Whether two paths are the same. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, at) => step === b[at]);
}
