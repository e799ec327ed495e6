import { type AttributeValue, attribute, type Item } from '../values/item.ts';
import type { Path } from './compiled.ts';

/** What a path leads to in an item, or undefined. */
export function valueAt(path: Path, item: Item): AttributeValue | undefined {
  let value = attribute(item, path[0] as string);
  for (let at = 1; value !== undefined && at < path.length; at++) value = step(value, path[at]!);
  return value;
}

/** What one further step leads to, or undefined. */
export function step(value: AttributeValue, to: string | number): AttributeValue | undefined {
  if (typeof to === 'number') return value.L?.[to];
  return value.M && attribute(value.M, to);
}
