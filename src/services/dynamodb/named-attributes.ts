import type { Path, UpdateAction, UpdateValue } from './expressions/compiled.ts';
import { conditionPaths } from './expressions/key-condition.ts';
import { bindRequest, type ExpressionOperation, type RequestInput } from './expressions/legacy.ts';
import { equalsOf } from './partiql/key-terms.ts';
import type { Statement } from './partiql/statement.ts';
import type { AttributeValue, Item } from './values/item.ts';

/** The members of a request, or of a part of a batch or transaction, that name attributes. */
export interface NamingInput extends RequestInput {
  readonly Key?: Item;
  readonly Item?: Item;
}

export interface Named {
  /** Top-level attributes that are named, each once. */
  readonly attributes: readonly string[];
  /** Attributes that are given a value by a key, an item or a key condition. */
  readonly given: Readonly<Record<string, AttributeValue>>;
}

/** What a request names, for the conditions of policies. Throws ValidationException for what cannot be read. */
export function namedBy(operation: ExpressionOperation, input: NamingInput): Named {
  const { condition, filter, keyCondition, projection, update } = bindRequest(operation, input);
  const terms = keyCondition?.terms ?? [];
  const paths: Path[] = [
    ...terms.map(({ name }) => [name]),
    ...(condition ? conditionPaths(condition) : []),
    ...(filter ? conditionPaths(filter) : []),
    ...updatePaths(update?.actions ?? []),
    ...(projection ?? []),
  ];
  const values: Item = { ...input.Item, ...input.Key };
  const equals = terms.filter(({ operator }) => operator === '=').map(({ name, values: [value] }) => [name, value!] as const);
  return {
    attributes: [...new Set([...Object.keys(values), ...paths.map(([name]) => String(name))])],
    given: { ...values, ...Object.fromEntries(equals) },
  };
}

/** The same of a statement of PartiQL. */
export function namedByStatement(statement: Statement): Named {
  if (statement.kind === 'insert') return { attributes: Object.keys(statement.item), given: statement.item };
  const { where } = statement;
  const paths: Path[] = [
    ...(where ? conditionPaths(where) : []),
    ...(statement.kind === 'update' ? updatePaths(statement.actions) : []),
    ...(statement.kind === 'select' ? (statement.projection ?? []) : []),
  ];
  return { attributes: [...new Set(paths.map(([name]) => String(name)))], given: equalsOf(where) };
}

function updatePaths(actions: readonly UpdateAction[]): Path[] {
  return actions.flatMap((action) => [action.path, ...(action.kind === 'set' ? valuePaths(action.value) : [])]);
}

function valuePaths(value: UpdateValue): Path[] {
  switch (value.kind) {
    case 'value':
      return [];
    case 'path':
      return [value.path];
    case 'if_not_exists':
      return [value.path, ...valuePaths(value.otherwise)];
    default:
      return [...valuePaths(value.left), ...valuePaths(value.right)];
  }
}
