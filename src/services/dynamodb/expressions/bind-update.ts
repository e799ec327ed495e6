import { type AttributeType, type AttributeValue, typeOf } from '../values/item.ts';
import { checkNumber, needsPath, type Placeholders, placedValue, wrongType } from './bind-condition.ts';
import { bindPath, checkApart } from './bound-paths.ts';
import { updateFunctions } from './check-words.ts';
import type { Path, Update, UpdateAction, UpdateValue } from './compiled.ts';
import { wrong } from './lexer.ts';
import type { ActionNode, CallNode, OperandNode, SumNode, UpdateNode } from './syntax.ts';

/**
 * Fills in the placeholders of an update and checks it in AWS's order: names, values, paths apart from each other, what ADD and DELETE are
 * given, operands. Throws ValidationException (spec/backends.md §3.4, §3.5).
 */
export function bindUpdate(tree: UpdateNode, within: Placeholders): Update {
  for (const leaf of tree.leaves) if (leaf.kind === 'path') bindPath(leaf, within);
  for (const leaf of tree.leaves) if (leaf.kind === 'value') placedValue(leaf.name, within);
  const paths = tree.actions.map((action) => bindPath(action.path, within));
  checkApart(within.kind, paths);
  for (const action of tree.actions) if (action.section === 'ADD' || action.section === 'DELETE') checkAdded(action, within);
  return { actions: tree.actions.map((action, at) => bindAction(action, paths[at]!, within)), legacy: false };
}

const WIRE_NAMES: Readonly<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  L: 'LIST',
  M: 'MAP',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
};

function checkAdded({ section, value }: ActionNode, within: Placeholders): void {
  const type = typeOf(placed(value, within));
  if (type === 'SS' || type === 'NS' || type === 'BS' || (type === 'N' && section === 'ADD')) return;
  throw wrong(
    within.kind,
    `Incorrect operand type for operator or function; operator: ${section}, operand type: ${WIRE_NAMES[type]}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
  );
}

function placed(node: ActionNode['value'], within: Placeholders): AttributeValue {
  return placedValue(node?.kind === 'value' ? node.name : '', within);
}

function bindAction({ section, value }: ActionNode, path: Path, within: Placeholders): UpdateAction {
  if (value === undefined) return { kind: 'remove', path };
  if (section === 'SET') return { kind: 'set', path, value: bindValue(value, within) };
  return { kind: section === 'ADD' ? 'add' : 'delete', path, value: placed(value, within) };
}

function bindValue(node: OperandNode | SumNode, within: Placeholders): UpdateValue {
  if (node.kind === 'path') return { kind: 'path', path: bindPath(node, within) };
  if (node.kind === 'value') return { kind: 'value', value: placedValue(node.name, within) };
  if (node.kind === 'call') return bindCall(node, within);
  const [left, right] = [bindValue(node.left, within), bindValue(node.right, within)];
  checkOperands(node.operator, [left, right], { type: 'N', within });
  return { kind: 'sum', operator: node.operator, left, right };
}

function bindCall(node: CallNode, within: Placeholders): UpdateValue {
  const [first, second] = node.operands.map((operand) => bindValue(operand, within));
  checkNumber(node, updateFunctions, within);
  if (node.name === 'list_append') {
    checkOperands('list_append', [first!, second!], { type: 'L', within });
    return { kind: 'list_append', left: first!, right: second! };
  }
  if (first!.kind !== 'path') throw needsPath(within, node.name);
  return { kind: 'if_not_exists', path: first!.path, otherwise: second! };
}

function checkOperands(
  operator: string,
  operands: readonly UpdateValue[],
  { type, within }: { type: AttributeType; within: Placeholders },
): void {
  for (const operand of operands) {
    const found = operand.kind === 'value' ? typeOf(operand.value) : undefined;
    if (found !== undefined && found !== type) throw wrongType(within, operator, found);
  }
}
