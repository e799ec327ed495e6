import type {
  ItemCollectionMetrics,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Operation, OperationContext } from '../../model/index.ts';
import { collectionMetrics, noteMetrics } from './collection-metrics.ts';
import type { DynamoDeps } from './deps.ts';
import { invalid } from './refusals.ts';
import { runTransaction, type Step } from './transaction.ts';
import { checkOf, deleteOf, putOf, updateOf, type Write } from './writes.ts';

type Output = Omit<TransactWriteItemsCommandOutput, '$metadata'>;

/** TransactWriteItems: puts, updates, deletions and conditions, all or nothing. */
export function transactWriteItems(deps: DynamoDeps): Operation<TransactWriteItemsCommandInput, Output> {
  return async (input, context) => {
    const { steps, capacity } = await runTransaction(deps, context, {
      writes: (input.TransactItems ?? []).map((item) => writeOf(context, item)),
      token: input.ClientRequestToken,
      asked: input.TransactItems,
      capacity: input.ReturnConsumedCapacity,
    });
    return { ...capacity, ...(await metricsOf(deps, input, steps)) };
  };
}

function writeOf(context: OperationContext, item: TransactWriteItem): Write {
  const given = [item.Put, item.Update, item.Delete, item.ConditionCheck].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  if (item.Put) return putOf(context, item.Put as Parameters<typeof putOf>[1]);
  if (item.Update) return updateOf(context, item.Update as Parameters<typeof updateOf>[1]);
  if (item.Delete) return deleteOf(context, item.Delete as Parameters<typeof deleteOf>[1]);
  return checkOf(context, item.ConditionCheck as Parameters<typeof checkOf>[1]);
}

async function metricsOf(
  { store }: DynamoDeps,
  input: TransactWriteItemsCommandInput,
  steps: readonly Step[],
): Promise<Pick<Output, 'ItemCollectionMetrics'>> {
  const byTable: Record<string, ItemCollectionMetrics[]> = {};
  for (const { table, judged } of steps) {
    const item = judged.after ?? judged.before;
    noteMetrics(
      byTable,
      table.name,
      await collectionMetrics(store.read, { asked: input.ReturnItemCollectionMetrics, table, item }),
    );
  }
  return Object.keys(byTable).length > 0 ? { ItemCollectionMetrics: byTable } : {};
}
