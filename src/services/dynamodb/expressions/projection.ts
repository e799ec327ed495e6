import { type AttributeValue, attribute, type Item, setAttribute } from '../values/item.ts';
import type { Path, Projection } from './compiled.ts';
import { step } from './document-path.ts';

/**
 * What an item has at the paths, in its place: maps with only those names, lists with only those elements, in order and closed up. Paths
 * that lead nowhere leave nothing. Values are shared with the item, not copied.
 */
export function project(projection: Projection, item: Item): Item {
  const kept: Item = {};
  const nested: Path[] = [];
  for (const path of projection) {
    if (path.length > 1) nested.push(path);
    else keep(kept, path[0] as string, attribute(item, path[0] as string));
  }
  for (const [name, inside] of byFirstStep(nested)) {
    const value = attribute(item, name as string);
    if (value) keep(kept, name as string, pick(value, inside));
  }
  return kept;
}

function keep(into: Item, name: string, value: AttributeValue | undefined): void {
  if (value !== undefined) setAttribute(into, name, value);
}

function byFirstStep(paths: readonly Path[]): Map<string | number, Path[]> {
  const groups = new Map<string | number, Path[]>();
  for (const [first, ...inside] of paths) {
    const group = groups.get(first!);
    if (group) group.push(inside);
    else groups.set(first!, [inside]);
  }
  return groups;
}

function pick(value: AttributeValue, paths: readonly Path[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  const picked: [string | number, AttributeValue][] = [];
  for (const [to, inside] of byFirstStep(paths)) {
    const next = step(value, to);
    const found = next && pick(next, inside);
    if (found) picked.push([to, found]);
  }
  if (picked.length === 0) return undefined;
  if (value.L) return { L: picked.sort(([a], [b]) => Number(a) - Number(b)).map(([, element]) => element) };
  const map: Item = {};
  for (const [name, found] of picked) setAttribute(map, name as string, found);
  return { M: map };
}
