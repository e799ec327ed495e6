import { type ExpressionKind, type Reader, wrong } from './lexer.ts';
import { isReserved } from './reserved-words.ts';
import type { CallNode, ConditionNode, OperandNode, PathNode, SumNode, UpdateNode } from './syntax.ts';

/** How many operands each function takes. */
export const conditionFunctions: ReadonlyMap<string, number> = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
  ['size', 1],
]);
export const updateFunctions: ReadonlyMap<string, number> = new Map([
  ['if_not_exists', 2],
  ['list_append', 2],
]);

const MOST_OPERATORS = 300;
const MOST_LEVELS = 32;
const MOST_IN = 100;

/**
 * Checks what the text of a condition shows whatever its placeholders stand for, in AWS's order: operators counted, functions known,
 * functions in their places, then reserved words and indexes. Throws ValidationException.
 */
export function checkConditionWords(reader: Reader, tree: ConditionNode): void {
  const { nodes, conditions } = nodesOf(tree);
  checkCount(reader, nodes.filter((node) => node.kind !== 'path' && node.kind !== 'value' && node.kind !== 'call').length);
  const calls = nodes.filter((node) => node.kind === 'call');
  checkFunctions(reader, calls);
  const odd = calls.find((call) => (call.name === 'size') === conditions.has(call));
  if (odd) throw misused(reader.kind, odd.name);
  for (const node of nodes) {
    if (node.kind === 'path') checkPath(reader, node);
    if (node.kind === 'comparison' && node.operator === 'IN') checkInList(reader, node.operands.length - 1);
  }
}

/** As checkConditionWords, for an update; each section may appear once. */
export function checkUpdateWords(reader: Reader, tree: UpdateNode): void {
  const nodes = tree.actions.flatMap((action) => [action.path, ...(action.value ? operandNodes(action.value) : [])]);
  for (const node of nodes) if (node.kind === 'path') checkPath(reader, node);
  const calls = nodes.filter((node) => node.kind === 'call');
  checkFunctions(reader, calls);
  checkAppends(reader, calls);
  checkCount(reader, calls.length + nodes.filter((node) => node.kind === 'sum').length);
  const repeated = tree.sections.find((section, at) => tree.sections.indexOf(section) < at);
  if (repeated) throw wrong(reader.kind, `The "${repeated}" section can only be used once in an update expression;`);
}

/** Reserved words and indexes of a projection. */
export function checkProjectionWords(reader: Reader, paths: readonly PathNode[]): void {
  for (const path of paths) checkPath(reader, path);
}

type AnyNode = ConditionNode | OperandNode | SumNode;

/** All nodes as written, from left to right, and which of them stand where a condition is expected. */
function nodesOf(tree: ConditionNode): { nodes: AnyNode[]; conditions: ReadonlySet<AnyNode> } {
  const nodes: AnyNode[] = [];
  const conditions = new Set<AnyNode>([tree]);
  const waiting: AnyNode[] = [tree];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    nodes.push(node);
    const parts = node.kind === 'and' || node.kind === 'or' ? [node.right, node.left] : node.kind === 'not' ? [node.of] : [];
    for (const part of parts) conditions.add(part);
    waiting.push(...parts);
    if (node.kind === 'comparison' || node.kind === 'call') waiting.push(...node.operands.toReversed());
  }
  return { nodes, conditions };
}

function operandNodes(node: OperandNode | SumNode): (OperandNode | SumNode)[] {
  if (node.kind === 'sum') return [node, ...operandNodes(node.left), ...operandNodes(node.right)];
  return node.kind === 'call' ? [node, ...node.operands.flatMap(operandNodes)] : [node];
}

function checkCount({ kind }: Reader, operators: number): void {
  if (operators <= MOST_OPERATORS) return;
  // AWS stops counting there.
  throw wrong(kind, `The expression contains too many operators; operator count: ${MOST_OPERATORS + 1}`);
}

/** list_append does not take what list_append gives. */
function checkAppends({ kind }: Reader, calls: readonly CallNode[]): void {
  for (const { name, operands } of calls) {
    if (name !== 'list_append') continue;
    if (operands.some((operand) => operand.kind === 'call' && operand.name === name)) throw misused(kind, name);
  }
}

function misused(kind: ExpressionKind, name: string) {
  return wrong(kind, `The function is not allowed to be used this way in an expression; function: ${name}`);
}

function checkFunctions({ kind }: Reader, calls: readonly CallNode[]): void {
  const [here, there] = kind === 'Update' ? [updateFunctions, conditionFunctions] : [conditionFunctions, updateFunctions];
  for (const { name } of calls) {
    if (here.has(name)) continue;
    if (!there.has(name)) throw wrong(kind, `Invalid function name; function: ${name}`);
    throw wrong(
      kind,
      `The function is not allowed in ${kind === 'Update' ? 'an update' : 'a condition'} expression; function: ${name}`,
    );
  }
}

function checkPath({ kind }: Reader, { steps }: PathNode): void {
  for (const step of steps) {
    if ('name' in step && isReserved(step.name)) {
      throw wrong(kind, `Attribute name is a reserved keyword; reserved keyword: ${step.name}`);
    }
    if ('index' in step && (step.index.length > 10 || Number(step.index) > 2_147_483_647)) {
      throw wrong(kind, `List index is not within the allowable range; index: [${step.index}]`);
    }
  }
  if (steps.length > MOST_LEVELS) {
    throw wrong(kind, `The document path has too many nesting levels; nesting levels: ${steps.length}`);
  }
}

function checkInList({ kind }: Reader, operands: number): void {
  if (operands > MOST_IN) {
    throw wrong(kind, `The IN operator is provided with too many operands; number of operands: ${operands}`);
  }
}
