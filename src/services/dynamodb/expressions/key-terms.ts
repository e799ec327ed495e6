import { invalid } from '../values/invalid.ts';
import type { AttributeValue } from '../values/item.ts';
import type { Condition, KeyCondition, KeyOperator, KeyTerm, Operand } from './compiled.ts';

/**
 * Takes a bound condition apart into one condition for each key, joined by AND. Throws ValidationException for what no key condition may
 * have, whatever the table (spec/backends.md §3.4, §3.5).
 */
export function keyTerms(condition: Condition): KeyCondition {
  const terms: KeyTerm[] = [];
  collect(condition, terms);
  return { terms, legacy: false };
}

function collect(condition: Condition, into: KeyTerm[]): void {
  const refused = refusedOperator(condition);
  if (refused) throw invalid(`Invalid operator used in KeyConditionExpression: ${refused}`);
  if (condition.kind === 'and') {
    collect(condition.left, into);
    collect(condition.right, into);
    return;
  }
  const term = readTerm(condition);
  if (into.some((other) => other.name === term.name)) {
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  }
  into.push(term);
}

const REFUSED: Partial<Record<Condition['kind'], string>> = {
  or: 'OR',
  not: 'NOT',
  in: 'IN',
  exists: 'attribute_exists',
  missing: 'attribute_not_exists',
  type: 'attribute_type',
  contains: 'contains',
};

function refusedOperator(condition: Condition): string | undefined {
  return condition.kind === 'compare' && condition.operator === '<>' ? '<>' : REFUSED[condition.kind];
}

const MIRRORED: Readonly<Record<string, KeyOperator>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function readTerm(condition: Condition): KeyTerm {
  if (condition.kind === 'compare') {
    const [name, at] = keyName([condition.left, condition.right]);
    if (at === 0) return { name, operator: condition.operator as KeyOperator, values: valuesOf([condition.right]) };
    return { name, operator: MIRRORED[condition.operator]!, values: valuesOf([condition.left]) };
  }
  if (condition.kind === 'between') {
    return firstIsKey('BETWEEN', [condition.operand, condition.low, condition.high]);
  }
  if (condition.kind === 'begins_with') return firstIsKey('begins_with', [condition.operand, condition.sought]);
  throw invalid('Query key condition not supported');
}

function firstIsKey(operator: 'BETWEEN' | 'begins_with', operands: readonly Operand[]): KeyTerm {
  if (operands[0]?.kind !== 'path') {
    throw invalid(
      `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute as its first operand`,
    );
  }
  const [name] = keyName(operands);
  return { name, operator: operator === 'BETWEEN' ? 'between' : operator, values: valuesOf(operands.slice(1)) };
}

/** The one attribute among the operands, and where it stands. */
function keyName(operands: readonly Operand[]): readonly [name: string, at: number] {
  let found: readonly [string, number] | undefined;
  for (let at = 0; at < operands.length; at++) {
    const operand = operands[at]!;
    if (operand.kind === 'size') throw invalid('KeyConditionExpressions cannot contain nested operations');
    if (operand.kind !== 'path') continue;
    if (found) throw invalid('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
    if (operand.path.length > 1) throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
    found = [operand.path[0] as string, at];
  }
  if (!found) throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified');
  return found;
}

function valuesOf(operands: readonly Operand[]): AttributeValue[] {
  const values: AttributeValue[] = [];
  for (const operand of operands) if (operand.kind === 'value') values.push(operand.value);
  return values;
}
