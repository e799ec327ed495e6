import { invalidParameter } from './refusals.ts';

type Tags = Readonly<Record<string, string>>;

const MOST = 50;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags of a queue after some are added. Throws InvalidParameterValue. */
export function checkQueueTags(before: Tags, added: Tags): Tags {
  for (const [key, value] of Object.entries(added)) {
    if (key === '' || key.length > 128 || !ALLOWED.test(key))
      throw invalidParameter(`Tag key '${key.slice(0, 200)}' is invalid.`);
    if (key.toLowerCase().startsWith('aws:')) throw invalidParameter('Tag keys must not start with aws:.');
    if (value.length > 256 || !ALLOWED.test(value)) throw invalidParameter(`Tag value for key '${key}' is invalid.`);
  }
  const tags = { ...before, ...added };
  if (Object.keys(tags).length > MOST) throw invalidParameter(`Too many tags added for queue: at most ${MOST}.`);
  return tags;
}
