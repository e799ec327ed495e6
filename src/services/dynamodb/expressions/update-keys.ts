import { invalid } from '../values/invalid.ts';
import { type AttributeType, attribute, type Item, typeOf } from '../values/item.ts';
import { isEmpty, type KeyElement } from '../values/keys.ts';
import type { Update, UpdateAction, UpdateValue } from './compiled.ts';

/** Throws ValidationException when an update names an attribute of the table's key (spec/backends.md §3.5). */
export function checkUpdateKeys(update: Update, keys: readonly KeyElement[]): void {
  const key = keys.find(({ name }) => update.actions.some((action) => action.path[0] === name));
  if (key) {
    throw invalid(
      `One or more parameter values were invalid: Cannot update attribute ${key.name}. This attribute is part of the key`,
    );
  }
}

/** Throws ValidationException when an update gives an index's key attribute a type that its text alone shows to be another. */
export function checkIndexKeyUpdates(update: Update, indexName: string, keys: readonly KeyElement[]): void {
  for (const { name, type } of keys) {
    const action = update.actions.find(({ path }) => path.length === 1 && path[0] === name);
    const actual = action && typeGiven(action);
    if (actual === undefined || actual === type) continue;
    throw invalid(
      `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${indexName}`,
    );
  }
}

function typeGiven(action: UpdateAction): AttributeType | undefined {
  if (action.kind === 'set') return staticType(action.value);
  return action.kind === 'remove' ? undefined : typeOf(action.value);
}

function staticType(value: UpdateValue): AttributeType | undefined {
  if (value.kind === 'value') return typeOf(value.value);
  if (value.kind === 'sum') return 'N';
  if (value.kind === 'list_append') return 'L';
  return value.kind === 'if_not_exists' ? staticType(value.otherwise) : undefined;
}

/** Throws ValidationException when an updated item has an index key of a type or a value that no index takes. */
export function checkUpdatedIndexKeys(update: Update, item: Item, keys: readonly KeyElement[]): void {
  for (const { name, type } of keys) {
    const value = update.actions.some(({ path }) => path[0] === name) ? attribute(item, name) : undefined;
    if (value === undefined) continue;
    if (value[type] === undefined) {
      throw invalid('The update expression attempted to update the secondary index key to unsupported type');
    }
    if (isEmpty(value)) {
      throw invalid(
        `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${type === 'B' ? 'binary' : 'string'} value.`,
      );
    }
  }
}
