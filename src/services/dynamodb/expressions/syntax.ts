import type { Comparator, Path } from './compiled.ts';

/** A document path as written. fixed is the path itself when no step is a placeholder. */
export interface PathNode {
  readonly kind: 'path';
  readonly steps: readonly Step[];
  readonly fixed?: Path;
}

export type Step = { readonly name: string } | { readonly placeholder: string } | { readonly index: string };

/** A :placeholder. */
export interface ValueNode {
  readonly kind: 'value';
  readonly name: string;
}

export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly operands: readonly OperandNode[];
}

export interface SumNode {
  readonly kind: 'sum';
  readonly operator: '+' | '-';
  readonly left: OperandNode;
  readonly right: OperandNode;
}

export type OperandNode = PathNode | ValueNode | CallNode;

/** A comparison: an operator and its operands, the first of which is the left one. */
export interface ComparisonNode {
  readonly kind: 'comparison';
  readonly operator: Comparator | 'BETWEEN' | 'IN';
  readonly operands: readonly OperandNode[];
}

export interface JunctionNode<K extends 'and' | 'or'> {
  readonly kind: K;
  readonly left: ConditionNode;
  readonly right: ConditionNode;
}

export interface NegationNode {
  readonly kind: 'not';
  readonly of: ConditionNode;
}

export type ConditionNode = JunctionNode<'and'> | JunctionNode<'or'> | NegationNode | ComparisonNode | CallNode;

export type Section = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';

/** One action of an update; value is absent in REMOVE, a :placeholder in ADD and DELETE. */
export interface ActionNode {
  readonly section: Section;
  readonly path: PathNode;
  readonly value?: OperandNode | SumNode;
}

/** An update as written; sections as they appear, repeated ones too. leaves are all paths and values in it, from left to right. */
export interface UpdateNode {
  readonly sections: readonly Section[];
  readonly actions: readonly ActionNode[];
  readonly leaves: readonly (PathNode | ValueNode)[];
}

/** What a parser gives: the tree, and the placeholders that occur in it. */
export interface Parsed<T> {
  readonly tree: T;
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
}
