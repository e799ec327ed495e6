import type { PutItemCommandInput, PutItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../model/index.ts';
import { consumed, withCapacity } from './capacity.ts';
import { collectionMetrics } from './collection-metrics.ts';
import type { DynamoDeps } from './deps.ts';
import { tableOf } from './found.ts';
import { originOf } from './origins.ts';
import { invalid } from './refusals.ts';
import { perform, putOf } from './writes.ts';

type Output = Omit<PutItemCommandOutput, '$metadata'>;

/** PutItem. Of a table that nothing follows, without condition, it is one get (the table) and one put. */
export function putItem(deps: DynamoDeps): Operation<PutItemCommandInput, Output> {
  return async (input, context) => {
    const { ReturnValues: returns = 'NONE', ReturnConsumedCapacity: capacity } = input;
    if (returns !== 'NONE' && returns !== 'ALL_OLD') throw invalid('ReturnValues can only be ALL_OLD or NONE');
    const write = putOf(context, input);
    const origin = originOf(deps, context)();
    const mustRead = returns === 'ALL_OLD' || (capacity !== undefined && capacity !== 'NONE');
    return deps.store.transact(async (tx): Promise<Output> => {
      const table = await tableOf(tx, write.ref);
      const { before, after, units } = await perform(tx, { table, write, mustRead }, origin);
      return {
        ...(returns === 'ALL_OLD' && before ? { Attributes: before } : {}),
        ...withCapacity(consumed(capacity, table, units)),
        ...(await collectionMetrics(tx, { asked: input.ReturnItemCollectionMetrics, table, item: after })),
      };
    });
  };
}
