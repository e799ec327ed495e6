import { invalid } from '../values/invalid.ts';
import { type AttributeValue, attribute, checkValue, type Item, setAttribute, typeOf } from '../values/item.ts';
import { addNumbers, subtractNumbers } from '../values/numbers.ts';
import type { Path, Update, UpdateAction, UpdateValue } from './compiled.ts';
import { valueAt } from './document-path.ts';
import { project } from './projection.ts';

/** An item after an update, and the paths that it names: what UPDATED_OLD and UPDATED_NEW are about (see pickPaths). */
export interface Updated {
  readonly item: Item;
  readonly touched: readonly Path[];
}

/**
 * Applies an update to an item, which stays as it is; what is unchanged is shared. All values are read from the item as it was. Indexes
 * count in the list as it was, too: those past its end append in their order, removed elements close up. The item is the key alone when
 * there was none. Throws ValidationException for what only the item shows to be wrong (spec/backends.md §3.4, §3.5).
 */
export function applyUpdate(update: Update, item: Item): Updated {
  const values = update.actions.map((action) => (action.kind === 'set' ? evaluate(action.value, item) : undefined));
  const draft: Draft = { item: { ...item }, owned: new Set(), lists: new Map() };
  for (const [at, action] of update.actions.entries()) {
    const place = placeOf(draft, action.path);
    const value = action.kind === 'set' ? values[at] : changed(action, place.current, update.legacy);
    // Deeper than it was, a document may have too many levels.
    if (value && action.path.length > 1) checkValue(value, action.path.length);
    write(draft, place, value);
  }
  settleLists(draft);
  return { item: draft.item, touched: update.actions.map((action) => action.path) };
}

/** Whether an update of an item that is not there makes one: not when all it does is take away, and then no path is wrong. */
export function createsItem({ actions }: Update): boolean {
  return actions.length === 0 || actions.some((action) => action.kind === 'set' || action.kind === 'add');
}

/** What UPDATED_OLD and UPDATED_NEW answer: an item's values at the paths that an update touched. */
export function pickPaths(item: Item, paths: readonly Path[]): Item {
  return project(paths, item);
}

const wrongOperand = () => invalid('An operand in the update expression has an incorrect data type');

function evaluate(value: UpdateValue, item: Item): AttributeValue {
  switch (value.kind) {
    case 'value':
      return value.value;
    case 'path': {
      const found = valueAt(value.path, item);
      if (found) return found;
      throw invalid('The provided expression refers to an attribute that does not exist in the item');
    }
    case 'if_not_exists':
      return valueAt(value.path, item) ?? evaluate(value.otherwise, item);
    case 'list_append': {
      const [{ L: left }, { L: right }] = [evaluate(value.left, item), evaluate(value.right, item)];
      if (!left || !right) throw wrongOperand();
      return { L: [...left, ...right] };
    }
    default: {
      const [{ N: left }, { N: right }] = [evaluate(value.left, item), evaluate(value.right, item)];
      if (left === undefined || right === undefined) throw wrongOperand();
      return { N: value.operator === '+' ? addNumbers(left, right) : subtractNumbers(left, right) };
    }
  }
}

/** What REMOVE, ADD and DELETE leave; undefined when that is nothing. */
function changed(action: UpdateAction, current: AttributeValue | undefined, legacy: boolean): AttributeValue | undefined {
  if (action.kind === 'remove' || action.kind === 'set') return undefined;
  const { value } = action;
  if (!current) return action.kind === 'add' ? value : undefined;
  const type = typeOf(value);
  if (typeOf(current) !== type) throw legacy ? invalid('Type mismatch for attribute to update') : wrongOperand();
  if (action.kind === 'delete') return without(current, value);
  if (value.N !== undefined) return { N: addNumbers(current.N!, value.N) };
  return value.L ? { L: [...current.L!, ...value.L] } : united(current, value);
}

function united(a: AttributeValue, b: AttributeValue): AttributeValue {
  if (a.SS) return { SS: [...new Set([...a.SS, ...b.SS!])] };
  if (a.NS) return { NS: [...new Set([...a.NS, ...b.NS!])] };
  return { BS: [...new Map([...a.BS!, ...b.BS!].map((bytes) => [textOf(bytes), bytes])).values()] };
}

function without(a: AttributeValue, b: AttributeValue): AttributeValue | undefined {
  if (a.SS) return unlessEmpty(a.SS, new Set(b.SS), (SS) => ({ SS }));
  if (a.NS) return unlessEmpty(a.NS, new Set(b.NS), (NS) => ({ NS }));
  const gone = new Set(b.BS?.map(textOf));
  const kept = a.BS!.filter((bytes) => !gone.has(textOf(bytes)));
  return kept.length > 0 ? { BS: kept } : undefined;
}

function unlessEmpty(
  members: readonly string[],
  gone: ReadonlySet<string>,
  as: (kept: string[]) => AttributeValue,
): AttributeValue | undefined {
  const kept = members.filter((member) => !gone.has(member));
  return kept.length > 0 ? as(kept) : undefined;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** An item that is being changed. Containers on the way to a change are copied once and then owned. */
interface Draft {
  readonly item: Item;
  readonly owned: Set<object>;
  /** What happens to lists in the end; until then every element keeps its index. */
  readonly lists: Map<AttributeValue[], { readonly removed: Set<number>; readonly appended: [number, AttributeValue][] }>;
}

interface Place {
  readonly parent: Item | AttributeValue[];
  readonly key: string | number;
  readonly current: AttributeValue | undefined;
}

function placeOf(draft: Draft, path: Path): Place {
  let parent: Item | AttributeValue[] = draft.item;
  for (let at = 1; at < path.length; at++) parent = ownContainer(draft, parent, [path[at - 1]!, path[at]!]);
  const key = path.at(-1)!;
  return { parent, key, current: memberOf(parent, key) };
}

function memberOf(parent: Item | AttributeValue[], key: string | number): AttributeValue | undefined {
  return Array.isArray(parent) ? parent[key as number] : attribute(parent, key as string);
}

/** The container under a key in which the next step of a path is, copied if it is not owned yet. */
function ownContainer(
  draft: Draft,
  parent: Item | AttributeValue[],
  [key, next]: readonly [string | number, string | number],
): Item | AttributeValue[] {
  const value = memberOf(parent, key);
  const container = typeof next === 'number' ? value?.L : value?.M;
  if (!container) throw invalid('The document path provided in the update expression is invalid for update');
  if (draft.owned.has(container)) return container;
  const copy = Array.isArray(container) ? [...container] : { ...container };
  draft.owned.add(copy);
  const owned = Array.isArray(copy) ? { L: copy } : { M: copy };
  if (Array.isArray(parent)) parent[key as number] = owned;
  else setAttribute(parent, key as string, owned);
  return copy;
}

function write(draft: Draft, { parent, key, current }: Place, value: AttributeValue | undefined): void {
  if (Array.isArray(parent)) writeElement(draft, parent, { index: key as number, current, value });
  else if (value !== undefined) setAttribute(parent, key as string, value);
  else if (current !== undefined) delete parent[key as string];
}

interface Element {
  readonly index: number;
  readonly current: AttributeValue | undefined;
  readonly value: AttributeValue | undefined;
}

function writeElement({ lists }: Draft, list: AttributeValue[], { index, current, value }: Element): void {
  if (value !== undefined && current !== undefined) {
    list[index] = value;
    return;
  }
  if (value === undefined && current === undefined) return;
  const changes = lists.get(list) ?? { removed: new Set(), appended: [] };
  lists.set(list, changes);
  if (value === undefined) changes.removed.add(index);
  else changes.appended.push([index, value]);
}

/** Puts the lists in order: what was removed closes up, what was set past the end comes behind, by index. */
function settleLists({ lists }: Draft): void {
  for (const [list, { removed, appended }] of lists) {
    const kept = list.filter((_, index) => !removed.has(index));
    appended.sort(([a], [b]) => a - b);
    list.splice(0, list.length, ...kept, ...appended.map(([, value]) => value));
  }
}
