import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../model/index.ts';
import type { DynamoDeps } from './deps.ts';
import { checkFilterKeys, type KeyRange, keyRange } from './expressions/key-condition.ts';
import { bindRequest, type RequestInput } from './expressions/legacy.ts';
import { tableOf, tableRef } from './found.ts';
import { partitionText } from './item-keys.ts';
import { answerPage, indexOf, readPage } from './read-page.ts';
import { invalid } from './refusals.ts';
import { startAfter } from './start-key.ts';
import type { AttributeValue, Item } from './values/item.ts';
import { encodeKey, prefixBounds } from './values/keys.ts';
import type { Stretch } from './walk.ts';

/** Query: one range of one partition, of a table or an index. */
export function query(deps: DynamoDeps): Operation<QueryCommandInput> {
  const { read } = deps.store;
  return async (input, context) => {
    const bound = bindRequest('Query', input as RequestInput);
    const table = await tableOf(read, tableRef(context, input.TableName));
    const index = indexOf(table, input);
    const { keys } = index ?? table;
    const range = keyRange(bound.keyCondition!, keys);
    if (bound.filter) checkFilterKeys(bound.filter, keys, input.QueryFilter ? 'QueryFilter' : undefined);
    const stretch = { pk: partitionText(encodeKey(range.partition)), ...boundsOf(range.sort) };
    const after = startAfter(table, index, { key: input.ExclusiveStartKey as Item | undefined, scans: false });
    checkWithin(stretch, after);
    const page = await readPage(
      read,
      {
        table,
        ...(index ? { index } : {}),
        ...stretch,
        ...(after ? { after } : {}),
        backwards: input.ScanIndexForward === false,
        limit: input.Limit,
      },
      { input, bound },
    );
    return answerPage(page);
  };
}

/** No encoded key begins with another and goes on with a character below this one (values/keys.ts). */
const JUST_AFTER = '\x01';

/** The sort keys that a condition lets through: from, and to before to. */
export function boundsOf(sort: KeyRange['sort']): Pick<Stretch, 'from' | 'to'> {
  if (!sort) return {};
  const [first, second] = sort.values as [AttributeValue, AttributeValue?];
  if (sort.op === 'begins_with') return prefixBounds(first);
  const from = encodeKey(first);
  switch (sort.op) {
    case '=':
      return { from, to: from + JUST_AFTER };
    case '<':
      return { to: from };
    case '<=':
      return { to: from + JUST_AFTER };
    case '>':
      return { from: from + JUST_AFTER };
    case '>=':
      return { from };
    case 'between':
      return { from, to: encodeKey(second!) + JUST_AFTER };
  }
}

function checkWithin({ pk, from, to }: Pick<Stretch, 'pk' | 'from' | 'to'>, after: Stretch['after']): void {
  if (!after) return;
  const sorted = from !== undefined || to !== undefined;
  if ((from !== undefined && before(after.sk, from)) || (to !== undefined && !before(after.sk, to)))
    throw invalid('The provided starting key does not match the range key predicate');
  if (after.pk === pk) return;
  throw invalid(
    sorted
      ? 'The query can return at most one row and cannot be restarted'
      : 'The provided starting key is outside query boundaries based on provided conditions',
  );
}

/** In the order of the store: UTF-8 bytes. */
function before(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
