import type {
  BatchWriteItemCommandInput,
  BatchWriteItemCommandOutput,
  ItemCollectionMetrics,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { TableUnits } from './capacity.ts';
import { collectionMetrics, noteMetrics } from './collection-metrics.ts';
import type { Table } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { tableOf } from './found.ts';
import { keyOf } from './item-keys.ts';
import { originOf } from './origins.ts';
import { invalid } from './refusals.ts';
import type { Item } from './values/item.ts';
import { checkKey } from './values/keys.ts';
import { deleteOf, perform, putOf, type Write } from './writes.ts';

type Output = Omit<BatchWriteItemCommandOutput, '$metadata'>;

const MOST_ITEMS = 25;

/** BatchWriteItem: up to 25 puts and deletions, here in one transaction; nothing is left unprocessed. */
export function batchWriteItem(deps: DynamoDeps): Operation<BatchWriteItemCommandInput, Output> {
  return async (input, context) => {
    const requests = Object.entries(input.RequestItems ?? {});
    const count = requests.reduce((sum, [, list]) => sum + list.length, 0);
    if (count > MOST_ITEMS) throw invalid('Too many items requested for the BatchWriteItem call');
    refuseEmpty(requests);
    const writes = requests.flatMap(([name, list]) => list.map((request) => writeOf(context, name, request)));
    const origin = originOf(deps, context);
    const mustRead = (input.ReturnConsumedCapacity ?? 'NONE') !== 'NONE';
    return deps.store.transact(async (tx): Promise<Output> => {
      const tables = await tablesOf(tx, writes);
      const places = new Set<string>();
      const used = new TableUnits();
      const metrics: Record<string, ItemCollectionMetrics[]> = {};
      for (const [i, { name, write }] of writes.entries()) {
        const table = tables.get(name)!;
        refuseTwice(places, table, write);
        const { units, after, before } = await perform(tx, { table, write, mustRead }, origin(i));
        used.add(table, units);
        const item = after ?? before;
        noteMetrics(metrics, name, await collectionMetrics(tx, { asked: input.ReturnItemCollectionMetrics, table, item }));
      }
      const noted = Object.keys(metrics).length > 0 ? { ItemCollectionMetrics: metrics } : {};
      return { UnprocessedItems: {}, ...used.member(input.ReturnConsumedCapacity), ...noted };
    });
  };
}

function writeOf(context: OperationContext, name: string, request: WriteRequest): { name: string; write: Write } {
  const { PutRequest: put, DeleteRequest: remove } = request;
  // AWS says the same whether both are there or none is.
  if ((put === undefined) === (remove === undefined))
    throw invalid('Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes');
  if (remove) return { name, write: deleteOf(context, { TableName: name, Key: remove.Key }) };
  const write = putOf(context, { TableName: name, ...put });
  // In a batch AWS judges the keys of an item as it judges those of a deletion.
  const place = (table: Table) => {
    checkKey(table.keys, keyOf(put!.Item as Item, table));
    return write.place(table);
  };
  return { name, write: { ...write, place } };
}

function refuseEmpty(requests: readonly (readonly [string, readonly WriteRequest[]])[]): void {
  const empty = requests.find(([, list]) => list.length === 0);
  if (empty)
    throw invalid(
      `1 validation error detected: Value '{${empty[0]}=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]`,
    );
}

async function tablesOf(tx: Transaction, writes: readonly { name: string; write: Write }[]): Promise<Map<string, Table>> {
  const tables = new Map<string, Table>();
  for (const { name, write } of writes) if (!tables.has(name)) tables.set(name, await tableOf(tx, write.ref));
  return tables;
}

/** Throws ValidationException when two writes are about one item. */
function refuseTwice(places: Set<string>, table: Table, write: Write): void {
  const { pk, sk } = write.place(table);
  const id = `${table.id}\0${pk}\0${sk}`;
  if (places.has(id)) throw invalid('Provided list of item keys contains duplicates');
  places.add(id);
}
