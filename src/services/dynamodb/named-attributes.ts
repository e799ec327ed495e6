import type { Path, UpdateValue } from './expressions/compiled.ts';
import { conditionPaths } from './expressions/key-condition.ts';
import { bindRequest, type ExpressionOperation, type RequestInput } from './expressions/legacy.ts';
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
    ...(update?.actions ?? []).flatMap((action) => [action.path, ...(action.kind === 'set' ? valuePaths(action.value) : [])]),
    ...(projection ?? []),
  ];
  const values: Item = { ...input.Item, ...input.Key };
  const equals = terms.filter(({ operator }) => operator === '=').map(({ name, values: [value] }) => [name, value!] as const);
  return {
    attributes: [...new Set([...Object.keys(values), ...paths.map(([name]) => String(name))])],
    given: { ...values, ...Object.fromEntries(equals) },
  };
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
