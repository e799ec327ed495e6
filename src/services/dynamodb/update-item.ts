import type { ReturnValue, UpdateItemCommandInput, UpdateItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../model/index.ts';
import { consumed, withCapacity } from './capacity.ts';
import { collectionMetrics } from './collection-metrics.ts';
import type { DynamoDeps } from './deps.ts';
import { pickPaths } from './expressions/update.ts';
import { tableOf } from './found.ts';
import { originOf } from './origins.ts';
import type { Item } from './values/item.ts';
import { type Judged, perform, updateOf } from './writes.ts';

type Output = Omit<UpdateItemCommandOutput, '$metadata'>;

/** UpdateItem: makes the item when it is not there (spec/backends.md §3.4). */
export function updateItem(deps: DynamoDeps): Operation<UpdateItemCommandInput, Output> {
  return async (input, context) => {
    const write = updateOf(context, input);
    const origin = originOf(deps, context)();
    return deps.store.transact(async (tx): Promise<Output> => {
      const table = await tableOf(tx, write.ref);
      const { units, ...change } = await perform(tx, { table, write, mustRead: true }, origin);
      const shown = returned(input.ReturnValues, change);
      return {
        ...(shown && Object.keys(shown).length > 0 ? { Attributes: shown } : {}),
        ...withCapacity(consumed(input.ReturnConsumedCapacity, table, units)),
        ...(await collectionMetrics(tx, { asked: input.ReturnItemCollectionMetrics, table, item: change.after })),
      };
    });
  };
}

/** What ReturnValues shows of an update. */
function returned(asked: ReturnValue | undefined, { before, after, touched = [] }: Judged): Item | undefined {
  if (asked === 'ALL_OLD') return before;
  if (asked === 'ALL_NEW') return after;
  if (asked === 'UPDATED_OLD') return before && pickPaths(before, touched);
  return asked === 'UPDATED_NEW' && after ? pickPaths(after, touched) : undefined;
}
