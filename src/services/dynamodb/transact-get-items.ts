import type { TransactGetItemsCommandInput, TransactGetItemsCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../model/index.ts';
import { readUnits, TableUnits } from './capacity.ts';
import { items } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { bindRequest, type RequestInput } from './expressions/legacy.ts';
import { project } from './expressions/projection.ts';
import { tableOf, tableRef } from './found.ts';
import { placeOfKey } from './item-keys.ts';
import { invalid } from './refusals.ts';
import { itemIn } from './stored-item.ts';
import { keyGiven } from './writes.ts';

type Output = Omit<TransactGetItemsCommandOutput, '$metadata'>;

/** TransactGetItems: up to 100 items as they were at one moment; a transactional read costs twice. */
export function transactGetItems(deps: DynamoDeps): Operation<TransactGetItemsCommandInput, Output> {
  const { read } = deps.store;
  return async (input, context) => {
    const asked = (input.TransactItems ?? []).map(({ Get: get = { TableName: undefined, Key: undefined } }) => ({
      ref: tableRef(context, get.TableName),
      key: keyGiven(get),
      projection: bindRequest('GetItem', get as RequestInput).projection,
    }));
    const tables = await Promise.all(asked.map(({ ref }) => tableOf(read, ref)));
    const places = asked.map(({ key }, i) => placeOfKey(tables[i]!, key));
    if (new Set(places.map(({ pk, sk }, i) => `${tables[i]!.id}\0${pk}\0${sk}`)).size < places.length)
      throw invalid('Transaction request cannot include multiple operations on one item');
    // All gets read in this turn, between two commits: that makes it one moment.
    const rows = await Promise.all(places.map(({ pk, sk }, i) => read.get(items, [tables[i]!.id, pk, sk])));
    const used = new TableUnits();
    for (const [i, row] of rows.entries()) used.add(tables[i]!, { table: 2 * readUnits(row?.size ?? 0, true) });
    return {
      Responses: rows.map((row, i) => {
        const { projection } = asked[i]!;
        const item = row && itemIn(row);
        return item ? { Item: projection ? project(projection, item) : item } : {};
      }),
      ...used.member(input.ReturnConsumedCapacity, 'Read'),
    };
  };
}
