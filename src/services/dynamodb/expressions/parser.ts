import { checkConditionWords, checkProjectionWords, checkUpdateWords } from './check-words.ts';
import {
  accept,
  close,
  type ExpressionKind,
  expect,
  isNext,
  open,
  openReader,
  peek,
  type Reader,
  stop,
  type Token,
} from './lexer.ts';
import { parseEnd, parseList, parseOperand, parsePath, parseSum } from './parse-operand.ts';
import type {
  ActionNode,
  ComparisonNode,
  ConditionNode,
  OperandNode,
  Parsed,
  PathNode,
  Section,
  SumNode,
  UpdateNode,
  ValueNode,
} from './syntax.ts';

/** Reads a condition or filter (spec/backends.md §3.4). Throws ValidationException for all that its text alone shows to be wrong. */
export function parseCondition(text: string, kind: ExpressionKind = 'Condition'): Parsed<ConditionNode> {
  const reader = openReader(kind, text);
  const tree = needCondition(reader, parseDisjunction(reader));
  parseEnd(reader);
  checkConditionWords(reader, tree);
  return withPlaceholders(reader, tree);
}

/** Reads a key condition: grammar and errors of a condition; what is special about it shows in key-condition.ts. */
export function parseKeyCondition(text: string): Parsed<ConditionNode> {
  return parseCondition(text, 'KeyCondition');
}

/** Reads a projection: path {, path}. */
export function parseProjection(text: string): Parsed<readonly PathNode[]> {
  const reader = openReader('Projection', text);
  const tree = parseList(reader, parsePath);
  parseEnd(reader);
  checkProjectionWords(reader, tree);
  return withPlaceholders(reader, tree);
}

/** Reads an update: SET, REMOVE, ADD and DELETE, each with its list of actions. */
export function parseUpdate(text: string): Parsed<UpdateNode> {
  const reader = openReader('Update', text);
  const sections: Section[] = [];
  const actions: ActionNode[] = [];
  do {
    const section = parseSection(reader);
    sections.push(section);
    actions.push(...parseList(reader, (of) => parseAction(of, section)));
  } while (!isNext(reader, 'end'));
  const tree = { sections, actions, leaves: actions.flatMap(({ path, value }) => [path, ...(value ? leavesOf(value) : [])]) };
  checkUpdateWords(reader, tree);
  return withPlaceholders(reader, tree);
}

function leavesOf(node: OperandNode | SumNode): (PathNode | ValueNode)[] {
  if (node.kind === 'sum') return [...leavesOf(node.left), ...leavesOf(node.right)];
  return node.kind === 'call' ? node.operands.flatMap(leavesOf) : [node];
}

function parseSection(reader: Reader): Section {
  const keyword = (['SET', 'REMOVE', 'ADD', 'DELETE'] as const).find((section) => isNext(reader, section)) ?? stop(reader);
  reader.at++;
  return keyword;
}

function parseAction(reader: Reader, section: Section): ActionNode {
  const path = parsePath(reader);
  if (section === 'REMOVE') return { section, path };
  if (section === 'SET') {
    expect(reader, '=');
    return { section, path, value: parseSum(reader) };
  }
  return { section, path, value: { kind: 'value', name: expect(reader, 'value').text } };
}

function withPlaceholders<T>(reader: Reader, tree: T): Parsed<T> {
  const of = (type: string) => new Set(reader.tokens.filter((token: Token) => token.type === type).map((token) => token.text));
  return { tree, names: of('name'), values: of('value') };
}

/** A pair of parentheses may hold a condition or an operand: which, shows only behind it. */
type Either = ConditionNode | OperandNode;

function needCondition(reader: Reader, node: Either): ConditionNode {
  return node.kind === 'path' || node.kind === 'value' ? stop(reader) : node;
}

function parseDisjunction(reader: Reader): Either {
  let left = parseConjunction(reader);
  while (isNext(reader, 'OR'))
    left = parseRight(reader, { kind: 'or', left: needCondition(reader, left), next: parseConjunction });
  return left;
}

function parseConjunction(reader: Reader): Either {
  let left = parseNegation(reader);
  while (isNext(reader, 'AND'))
    left = parseRight(reader, { kind: 'and', left: needCondition(reader, left), next: parseNegation });
  return left;
}

interface Left {
  readonly kind: 'and' | 'or';
  readonly left: ConditionNode;
  readonly next: (reader: Reader) => Either;
}

function parseRight(reader: Reader, { kind, left, next }: Left): ConditionNode {
  reader.at++;
  return { kind, left, right: needCondition(reader, next(reader)) };
}

function parseNegation(reader: Reader): Either {
  let negations = 0;
  while (accept(reader, 'NOT')) negations++;
  let node = parseComparison(reader);
  for (; negations > 0; negations--) node = { kind: 'not', of: needCondition(reader, node) };
  return node;
}

const COMPARATORS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);

function parseComparison(reader: Reader): Either {
  const left = isNext(reader, '(') ? parseGroup(reader) : parseOperand(reader);
  if (left.kind !== 'path' && left.kind !== 'value' && left.kind !== 'call') return left;
  const operator = peek(reader).type;
  if (!COMPARATORS.has(operator) && operator !== 'BETWEEN' && operator !== 'IN') return left;
  reader.at++;
  const operands = [left, ...parseRightOperands(reader, operator)];
  return { kind: 'comparison', operator: operator as ComparisonNode['operator'], operands };
}

function parseRightOperands(reader: Reader, operator: string): OperandNode[] {
  if (operator === 'BETWEEN') {
    const low = parseOperand(reader);
    expect(reader, 'AND');
    return [low, parseOperand(reader)];
  }
  if (operator !== 'IN') return [parseOperand(reader)];
  expect(reader, '(');
  const list = parseList(reader, parseOperand);
  expect(reader, ')');
  return list;
}

function parseGroup(reader: Reader): Either {
  open(reader);
  return close(reader, parseDisjunction(reader));
}
