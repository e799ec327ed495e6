import { type AttributeValue, compareValues, equalValues, type Item, typeOf } from '../values/item.ts';
import type { Comparator, Condition, Operand } from './compiled.ts';
import { valueAt } from './document-path.ts';

const NOTHING: Item = {};

/**
 * Whether a condition holds for an item, or for none. Values of different types are never equal nor in order, so only `<>` holds between
 * them; what is missing is equal to nothing (spec/backends.md §3.4). Well under a µs for a few comparisons.
 */
export function holds(condition: Condition, item: Item | undefined): boolean {
  return holdsFor(condition, item ?? NOTHING);
}

function holdsFor(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return holdsFor(condition.left, item) && holdsFor(condition.right, item);
    case 'or':
      return holdsFor(condition.left, item) || holdsFor(condition.right, item);
    case 'not':
      return !holdsFor(condition.of, item);
    case 'compare':
      return compares(condition.operator, resolve(condition.left, item), resolve(condition.right, item));
    default:
      return holdsOf(condition, resolve(condition.operand, item), item);
  }
}

type Unary = Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'compare' }>;

function holdsOf(condition: Unary, value: AttributeValue | undefined, item: Item): boolean {
  if (condition.kind === 'missing') return value === undefined;
  if (value === undefined) return false;
  switch (condition.kind) {
    case 'exists':
      return true;
    case 'type':
      return typeOf(value) === condition.type;
    case 'between':
      return compares('>=', value, resolve(condition.low, item)) && compares('<=', value, resolve(condition.high, item));
    case 'in':
      return condition.list.some((candidate) => compares('=', value, resolve(candidate, item)));
    default: {
      const sought = resolve(condition.sought, item);
      if (sought === undefined) return false;
      return condition.kind === 'contains' ? contains(value, sought) : beginsWith(value, sought);
    }
  }
}

function resolve(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value;
  return operand.kind === 'path' ? valueAt(operand.path, item) : sizeOf(resolve(operand.of, item));
}

function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  const sized = value?.S ?? value?.L ?? value?.B ?? value?.SS ?? value?.NS ?? value?.BS ?? (value?.M && Object.keys(value.M));
  return sized === undefined ? undefined : { N: String(sized.length) };
}

function compares(operator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  const both = left !== undefined && right !== undefined;
  if (operator === '=') return both && equalValues(left, right);
  if (operator === '<>') return !both || !equalValues(left, right);
  const order = both ? compareValues(left, right) : undefined;
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if (value.S !== undefined) return prefix.S !== undefined && value.S.startsWith(prefix.S);
  if (!value.B || !prefix.B) return false;
  return Buffer.compare(value.B.subarray(0, prefix.B.byteLength), prefix.B) === 0;
}

/** A text in a text, bytes in bytes, an element in a set or list. */
function contains(value: AttributeValue, sought: AttributeValue): boolean {
  if (value.L) return value.L.some((element) => equalValues(element, sought));
  if (sought.S !== undefined) return value.S?.includes(sought.S) ?? value.SS?.includes(sought.S) ?? false;
  if (sought.N !== undefined) return value.NS?.includes(sought.N) ?? false;
  if (!sought.B) return false;
  const bytes = sought.B;
  if (value.B) return Buffer.from(value.B.buffer, value.B.byteOffset, value.B.byteLength).includes(bytes);
  return value.BS?.some((element) => Buffer.compare(element, bytes) === 0) ?? false;
}
