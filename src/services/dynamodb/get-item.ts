import type { GetItemCommandInput, GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { EncodedJson } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { consumed, readUnits, withCapacity } from './capacity.ts';
import { items } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { bindRequest } from './expressions/legacy.ts';
import { project } from './expressions/projection.ts';
import { tableOf, tableRef } from './found.ts';
import { placeOfKey } from './item-keys.ts';
import { answerWithItem, itemIn } from './stored-item.ts';
import { checkScalars, keyGiven } from './writes.ts';

type Output = Omit<GetItemCommandOutput, '$metadata'>;

/** GetItem: every read is consistent; units are counted as asked. Table and item mostly come from the store's memory. */
export function getItem(deps: DynamoDeps): Operation<GetItemCommandInput, Output | EncodedJson> {
  const { read } = deps.store;
  return async (input, context) => {
    const { projection } = bindRequest('GetItem', input);
    const key = keyGiven(input);
    const table = await tableOf(read, tableRef(context, input.TableName));
    const { pk, sk } = placeOfKey(table, key);
    if (projection) checkScalars(table, projection);
    const stored = await read.get(items, [table.id, pk, sk]);
    const units = { table: readUnits(stored?.size ?? 0, input.ConsistentRead) };
    const capacity = withCapacity(consumed(input.ReturnConsumedCapacity, table, units));
    if (!projection || !stored) return answerWithItem(stored, capacity);
    return { Item: project(projection, itemIn(stored)), ...capacity };
  };
}
