import type {
  ListTagsOfResourceCommandInput,
  ListTagsOfResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-dynamodb';
import { fail, type Reader } from '../../kernel/index.ts';
import { type Operation, parseArn, type Tag } from '../../model/index.ts';
import { tables, tableTags } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { type TableRef, tableKey } from './found.ts';
import { invalid, invalidValues } from './refusals.ts';

const MOST_TAGS = 50;
const PAGE = 10;

/** Old tags with new ones over them. Throws ValidationException for AWS's own prefix, doubles, and more than 50. */
export function mergeTags(
  before: readonly Tag[],
  given: readonly { Key?: string | undefined; Value?: string | undefined }[],
): readonly Tag[] {
  const all = new Map(before.map(({ Key, Value }) => [Key, Value]));
  const seen = new Set<string>();
  for (const { Key = '', Value = '' } of given) {
    if (Key.toLowerCase().startsWith('aws:')) throw invalidValues('One or more tag keys begin with the reserved prefix aws:');
    if (seen.has(Key)) throw invalidValues(`Duplicate tag key: ${Key}`);
    seen.add(Key);
    all.set(Key, Value);
  }
  if (all.size > MOST_TAGS) throw fail('LimitExceededException', `A resource can have at most ${MOST_TAGS} tags`);
  return [...all].map(([Key, Value]) => ({ Key, Value }));
}

/** ListTagsOfResource: ten a page. */
export function listTagsOfResource(
  deps: DynamoDeps,
): Operation<ListTagsOfResourceCommandInput, Omit<ListTagsOfResourceCommandOutput, '$metadata'>> {
  return async (input) => {
    const ref = await taggedTable(deps.store.read, input.ResourceArn);
    const { tags } = (await deps.store.read.get(tableTags, tableKey(ref))) ?? { tags: [] };
    const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64url').toString());
    if (!Number.isInteger(start) || start < 0) throw invalid('Invalid NextToken');
    const end = start + PAGE;
    const more = end < tags.length ? { NextToken: Buffer.from(String(end)).toString('base64url') } : {};
    return { Tags: tags.slice(start, end), ...more };
  };
}

export function tagResource(deps: DynamoDeps): Operation<TagResourceCommandInput> {
  return changeTags(deps, (tags, input) => mergeTags(tags, input.Tags ?? []));
}

export function untagResource(deps: DynamoDeps): Operation<UntagResourceCommandInput> {
  return changeTags(deps, (tags, input) => tags.filter(({ Key }) => !input.TagKeys?.includes(Key)));
}

function changeTags<I extends { ResourceArn: string | undefined }>(
  { store }: DynamoDeps,
  change: (tags: readonly Tag[], input: I) => readonly Tag[],
): Operation<I> {
  return async (input) => {
    await store.transact(async (tx) => {
      const { account, region, name } = await taggedTable(tx, input.ResourceArn);
      const { tags } = (await tx.get(tableTags, [account, region, name])) ?? { tags: [] };
      await tx.put(tableTags, { account, region, name, tags: change(tags, input) });
    });
    return {};
  };
}

async function taggedTable(from: Reader, arn: string | undefined): Promise<TableRef> {
  const parsed = parseArn(arn ?? '');
  const found = /^table\/([^/]+)$/.exec(parsed?.resource ?? '');
  if (parsed?.service !== 'dynamodb' || !found) throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const ref = { account: parsed.account, region: parsed.region, name: found[1]! };
  if (!(await from.get(tables, tableKey(ref))))
    throw fail('ResourceNotFoundException', `Requested resource not found: ResourcArn: ${arn} not found`);
  return ref;
}
