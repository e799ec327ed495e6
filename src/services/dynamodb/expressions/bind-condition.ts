import type { AttributeType, AttributeValue, Item } from '../values/item.ts';
import { compareValues, isType, typeOf } from '../values/item.ts';
import { bindPath, type Names } from './bound-paths.ts';
import { conditionFunctions } from './check-words.ts';
import { type Comparator, type Condition, type Operand, pathText, samePath } from './compiled.ts';
import { wrong } from './lexer.ts';
import type { CallNode, ComparisonNode, ConditionNode, OperandNode } from './syntax.ts';

/** What the placeholders of a condition stand for; values have canonical numbers. */
export interface Placeholders extends Names {
  readonly values: Item;
}

/**
 * Fills in the placeholders of a condition and checks its operands: comparison by comparison as written, in each of them placeholders
 * first, then numbers of operands, distinct operands, types. Throws ValidationException (spec/backends.md §3.4, §3.5).
 */
export function bindCondition(node: ConditionNode, within: Placeholders): Condition {
  if (node.kind === 'and' || node.kind === 'or') {
    return { kind: node.kind, left: bindCondition(node.left, within), right: bindCondition(node.right, within) };
  }
  if (node.kind === 'not') return { kind: 'not', of: bindCondition(node.of, within) };
  const operands = node.operands.map((operand) => bindOperand(operand, within));
  checkNumbers(node, within);
  return node.kind === 'comparison' ? comparison(node, operands, within) : booleanCall(node, operands, within);
}

function bindOperand(node: OperandNode, within: Placeholders): Operand {
  if (node.kind === 'path') return { kind: 'path', path: bindPath(node, within) };
  if (node.kind === 'value') return { kind: 'value', value: placedValue(node.name, within) };
  // The only function that stands among operands is size; its number of operands is checked behind all placeholders.
  const [first] = node.operands.map((operand) => bindOperand(operand, within));
  return { kind: 'size', of: first! };
}

/** The value of a :placeholder. Throws ValidationException when it is not defined. */
export function placedValue(name: string, { kind, values }: Placeholders): AttributeValue {
  if (Object.hasOwn(values, name)) return values[name]!;
  throw wrong(kind, `An expression attribute value used in expression is not defined; attribute value: ${name}`);
}

function checkNumbers(node: ComparisonNode | OperandNode, within: Names): void {
  if (node.kind === 'path' || node.kind === 'value') return;
  for (const operand of node.operands) checkNumbers(operand, within);
  if (node.kind === 'call') checkNumber(node, conditionFunctions, within);
}

/** Throws ValidationException when a function has not the operands it takes. */
export function checkNumber({ name, operands }: CallNode, functions: ReadonlyMap<string, number>, { kind }: Names): void {
  if (functions.get(name) === operands.length) return;
  throw wrong(
    kind,
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
  );
}

/** The error for a value of a type that an operator or function does not take. */
export function wrongType({ kind }: Names, operator: string, type: string) {
  return wrong(kind, `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`);
}

/** The error for a function that has something else than a path where it needs one. */
export function needsPath({ kind }: Names, name: string) {
  return wrong(kind, `Operator or function requires a document path; operator or function: ${name}`);
}

/** The type that an operand has whatever the item holds; undefined for a path. */
function staticType(operand: Operand): AttributeType | undefined {
  if (operand.kind === 'path') return undefined;
  return operand.kind === 'size' ? 'N' : typeOf(operand.value);
}

const SIZED: ReadonlySet<string> = new Set<AttributeType>(['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
const ORDERED: ReadonlySet<string> = new Set<AttributeType>(['S', 'N', 'B']);
const TEXTUAL: ReadonlySet<string> = new Set<AttributeType>(['S', 'B']);

function checkTypes(
  operator: string,
  operands: readonly Operand[],
  { allowed, within }: { allowed: ReadonlySet<string>; within: Names },
) {
  for (const operand of operands) {
    const type = staticType(operand);
    if (type !== undefined && !allowed.has(type)) throw wrongType(within, operator, type);
  }
}

function checkSizes(operands: readonly Operand[], within: Names): void {
  for (const operand of operands) {
    if (operand.kind !== 'size') continue;
    checkSizes([operand.of], within);
    checkTypes('size', [operand.of], { allowed: SIZED, within });
  }
}

function checkDistinct(operator: string, [first, ...others]: readonly Operand[], { kind }: Names): void {
  if (first?.kind !== 'path') return;
  if (!others.some((other) => other.kind === 'path' && samePath(first.path, other.path))) return;
  throw wrong(
    kind,
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${pathText(first.path)}`,
  );
}

function comparison({ operator }: ComparisonNode, operands: readonly Operand[], within: Placeholders): Condition {
  checkDistinct(operator, operands, within);
  checkSizes(operands, within);
  const [left, ...right] = operands as [Operand, Operand, Operand];
  if (operator === 'IN') return { kind: 'in', operand: left, list: right };
  if (operator !== '=' && operator !== '<>') checkTypes(operator, operands, { allowed: ORDERED, within });
  if (operator !== 'BETWEEN') return { kind: 'compare', operator: operator as Comparator, left, right: right[0] };
  checkBounds(right, within);
  return { kind: 'between', operand: left, low: right[0], high: right[1] };
}

function checkBounds([low, high]: readonly [Operand, Operand], { kind }: Names): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const order = compareValues(low.value, high.value);
  if (order !== undefined && order <= 0) return;
  const rule =
    order === undefined ? 'same data type for lower and upper bounds' : 'upper bound to be greater than or equal to lower bound';
  throw wrong(
    kind,
    `The BETWEEN operator requires ${rule}; lower bound operand: ${boundText(low.value)}, upper bound operand: ${boundText(high.value)}`,
  );
}

function boundText(value: AttributeValue): string {
  const length = value.B?.byteLength;
  const content = length === undefined ? (value.S ?? value.N) : `java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`;
  return `AttributeValue: {${typeOf(value)}:${content}}`;
}

function booleanCall({ name }: CallNode, operands: readonly Operand[], within: Placeholders): Condition {
  checkDistinct(name, operands, within);
  checkSizes(operands, within);
  const [operand, sought] = operands as [Operand, Operand];
  if (name === 'begins_with') checkTypes(name, operands, { allowed: TEXTUAL, within });
  if (name === 'begins_with' || name === 'contains') return { kind: name, operand, sought };
  if (name === 'attribute_type') return { kind: 'type', operand, type: typeName(sought, within) };
  if (operand.kind !== 'path') throw needsPath(within, name);
  return { kind: name === 'attribute_exists' ? 'exists' : 'missing', operand };
}

function typeName(operand: Operand, within: Placeholders): string {
  if (operand.kind !== 'value' || operand.value.S === undefined) {
    throw wrongType(within, 'attribute_type', staticType(operand) ?? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}');
  }
  const type = operand.value.S;
  if (isType(type)) return type;
  throw wrong(within.kind, `Invalid attribute type name found; type: ${type}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`);
}
