import type { Transaction } from '../../kernel/index.ts';
import { attached } from './collections.ts';
import { invalidArgument } from './found.ts';

export type Tags = Readonly<Record<string, string>>;

const MOST_TAGS = 50;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Throws InvalidArgumentException when there would be too many tags, or illegal characters. */
export function checkTags(present: Tags, added: Tags): void {
  const texts = [...Object.keys(added), ...Object.values(added)];
  if (!texts.every((text) => ALLOWED.test(text)))
    throw invalidArgument(
      'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.',
    );
  if (Object.keys({ ...present, ...added }).length > MOST_TAGS)
    throw invalidArgument(`A resource cannot have more than ${MOST_TAGS} tags associated with it.`);
}

/** Changes the tags of a resource; the caller has seen that it is there. */
export async function changeTags(tx: Transaction, arn: string, change: (tags: Tags) => Tags): Promise<void> {
  const row = (await tx.get(attached, [arn])) ?? { arn };
  await tx.put(attached, { ...row, tags: change(row.tags ?? {}) });
}

export function withTags(added: Tags): (present: Tags) => Tags {
  return (present) => {
    checkTags(present, added);
    return { ...present, ...added };
  };
}

export function withoutTags(keys: readonly string[]): (present: Tags) => Tags {
  return (present) => Object.fromEntries(Object.entries(present).filter(([key]) => !keys.includes(key)));
}

/** In the order of their keys. */
export function tagList(tags: Tags = {}): { Key: string; Value: string }[] {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}
