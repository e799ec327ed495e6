import type { Condition, KeyOperator, KeyTerm } from '../expressions/compiled.ts';
import type { KeyRange } from '../expressions/key-condition.ts';
import type { AttributeValue, Item } from '../values/item.ts';
import { isEmpty, type KeyElement } from '../values/keys.ts';

const MIRRORED: Readonly<Record<string, KeyOperator>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** What a WHERE clause requires of single attributes: its parts that are joined by AND, as far as they compare a name with values. */
function termsOf(where: Condition | undefined): readonly KeyTerm[] {
  if (!where) return [];
  if (where.kind === 'and') return [...termsOf(where.left), ...termsOf(where.right)];
  if (where.kind === 'compare' && where.operator !== '<>') {
    const { left, right, operator } = where;
    if (left.kind === 'path' && right.kind === 'value') return term(left.path, operator, [right.value]);
    if (left.kind === 'value' && right.kind === 'path') return term(right.path, MIRRORED[operator]!, [left.value]);
  }
  if (where.kind === 'between' && where.operand.kind === 'path' && where.low.kind === 'value' && where.high.kind === 'value')
    return term(where.operand.path, 'between', [where.low.value, where.high.value]);
  if (where.kind === 'begins_with' && where.operand.kind === 'path' && where.sought.kind === 'value')
    return term(where.operand.path, 'begins_with', [where.sought.value]);
  return [];
}

function term(path: readonly (string | number)[], operator: KeyOperator, values: KeyTerm['values']): readonly KeyTerm[] {
  return path.length === 1 ? [{ name: String(path[0]), operator, values }] : [];
}

/** The range of one partition that a WHERE clause stays in; undefined: it names no partition, all must be read. */
export function rangeOf(where: Condition | undefined, keys: readonly KeyElement[]): KeyRange | undefined {
  const terms = termsOf(where);
  const fitting = ({ name, type }: KeyElement) =>
    terms.filter((one) => one.name === name && one.values.every((value) => value[type] !== undefined && !isEmpty(value)));
  const partition = fitting(keys[0]!).find(({ operator }) => operator === '=')?.values[0];
  if (!partition) return undefined;
  const sort = keys[1] && fitting(keys[1])[0];
  if (!sort) return { partition };
  return { partition, sort: { op: sort.operator as NonNullable<KeyRange['sort']>['op'], values: sort.values } };
}

/** The attributes that a WHERE clause requires to equal a value. */
export function equalsOf(where: Condition | undefined): Readonly<Record<string, AttributeValue>> {
  const equal = termsOf(where).filter(({ operator }) => operator === '=');
  return Object.fromEntries(equal.map(({ name, values: [value] }) => [name, value!]));
}

/** The key that a WHERE clause requires by equality; undefined when an attribute of it is not required so. */
export function keyRequired(where: Condition | undefined, keys: readonly KeyElement[]): Item | undefined {
  const equal = equalsOf(where);
  if (!keys.every(({ name }) => Object.hasOwn(equal, name))) return undefined;
  return Object.fromEntries(keys.map(({ name }) => [name, equal[name]!]));
}
