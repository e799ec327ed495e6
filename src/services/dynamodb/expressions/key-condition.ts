import { invalid } from '../values/invalid.ts';
import type { AttributeValue } from '../values/item.ts';
import { emptyKey, isEmpty, type KeyElement } from '../values/keys.ts';
import type { Condition, KeyCondition, KeyOperator, KeyTerm, Operand, Path } from './compiled.ts';

/** Which part of a partition a query reads: all of it, or what the sort key's condition says. between has two values, others one. */
export interface KeyRange {
  readonly partition: AttributeValue;
  readonly sort?: { readonly op: Exclude<KeyOperator, 'unsupported'>; readonly values: readonly AttributeValue[] };
}

/**
 * Brings a key condition and the key schema of a table or index together: equality on the partition key, at most one condition on the sort
 * key, values of the schema's types, none empty. Throws ValidationException with AWS's texts (spec/backends.md §3.5).
 */
export function keyRange(condition: KeyCondition, schema: readonly KeyElement[]): KeyRange {
  const { terms } = condition;
  if (terms.length !== 1 && terms.length !== 2) throw invalid('Conditions can be of length 1 or 2 only');
  if (schema.length === 1 && terms.length > 1) throw invalid('Query key condition not supported');
  const [partition, sort] = schema.map((element) => termFor(element, terms));
  const [value] = partition!.values;
  if (!sort) return { partition: value! };
  return { partition: value!, sort: { op: sort.operator as Exclude<KeyOperator, 'unsupported'>, values: sort.values } };
}

function termFor(element: KeyElement, terms: readonly KeyTerm[]): KeyTerm | undefined {
  const { name, type, keyType } = element;
  const term = terms.find((candidate) => candidate.name === name);
  if (!term) {
    if (keyType === 'RANGE' && terms.length === 1) return undefined;
    throw invalid(`Query condition missed key schema element: ${name}`);
  }
  if (term.operator === 'unsupported') throw invalid('Attempted conditional constraint is not an indexable operation');
  if (term.values.some((value) => value[type] === undefined)) {
    throw invalid('One or more parameter values were invalid: Condition parameter type does not match schema type');
  }
  if (keyType === 'HASH' && term.operator !== '=') throw invalid('Query key condition not supported');
  if (term.values.some(isEmpty)) throw emptyKey(element);
  return term;
}

/** Throws ValidationException when the filter of a query names a key attribute; parameter is as AWS tells it. */
export function checkFilterKeys(
  filter: Condition,
  schema: readonly KeyElement[],
  parameter: 'Filter Expression' | 'QueryFilter' = 'Filter Expression',
): void {
  const paths = conditionPaths(filter);
  const key = schema.find(({ name }) => paths.some((path) => path[0] === name));
  if (key) {
    throw invalid(`${parameter} can only contain non-primary key attributes: Primary key attribute: ${key.name}`);
  }
}

/** Throws ValidationException when a path looks into a key attribute, which is always a scalar; index keys are told as such. */
export function checkScalarKeys(paths: readonly Path[], keys: readonly string[], indexKeys: readonly string[] = []): void {
  const nested = new Set(paths.filter((path) => path.length > 1).map((path) => path[0]));
  if (nested.size === 0) return;
  const told = (name: string | undefined, as: string) => {
    if (name === undefined) return;
    throw invalid(`Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${as}: ${name}`);
  };
  told(
    keys.find((name) => nested.has(name)),
    'Key',
  );
  told(
    indexKeys.find((name) => nested.has(name)),
    'IndexKey',
  );
}

/** Every path that a condition reads. */
export function conditionPaths(condition: Condition): Path[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return [...conditionPaths(condition.left), ...conditionPaths(condition.right)];
    case 'not':
      return conditionPaths(condition.of);
    case 'compare':
      return pathsOf(condition.left, condition.right);
    case 'between':
      return pathsOf(condition.operand, condition.low, condition.high);
    case 'in':
      return pathsOf(condition.operand, ...condition.list);
    case 'begins_with':
    case 'contains':
      return pathsOf(condition.operand, condition.sought);
    default:
      return pathsOf(condition.operand);
  }
}

function pathsOf(...operands: readonly Operand[]): Path[] {
  return operands.flatMap((operand) => {
    if (operand.kind === 'path') return [operand.path];
    return operand.kind === 'size' ? pathsOf(operand.of) : [];
  });
}
