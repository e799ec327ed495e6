import type { BatchGetItemCommandInput, BatchGetItemCommandOutput, KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { Operation, OperationContext } from '../../model/index.ts';
import { readUnits, TableUnits } from './capacity.ts';
import { items, type Table } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import type { Projection } from './expressions/compiled.ts';
import { bindRequest } from './expressions/legacy.ts';
import { project } from './expressions/projection.ts';
import { tableOf, tableRef } from './found.ts';
import { type Place, placeOfKey } from './item-keys.ts';
import { invalid } from './refusals.ts';
import { itemIn } from './stored-item.ts';
import type { Item } from './values/item.ts';
import { keyGiven } from './writes.ts';

type Output = Omit<BatchGetItemCommandOutput, '$metadata'>;

const MOST_KEYS = 100;
const MOST_BYTES = 16 * 1024 * 1024;

/** The keys of one table, ready to be read. */
interface Asked {
  readonly name: string;
  readonly table: Table;
  readonly request: KeysAndAttributes;
  readonly projection: Projection | undefined;
  readonly wanted: readonly { readonly key: Item; readonly place: Place }[];
}

/** BatchGetItem: up to 100 items; what is beyond 16 MB comes back as unprocessed. */
export function batchGetItem(deps: DynamoDeps): Operation<BatchGetItemCommandInput, Output> {
  return async (input, context) => {
    const requests = Object.entries(input.RequestItems ?? {});
    const count = requests.reduce((sum, [, { Keys = [] }]) => sum + Keys.length, 0);
    if (count > MOST_KEYS) throw invalid('Too many items requested for the BatchGetItem call');
    const asked = await Promise.all(requests.map((request) => prepare(deps, context, request)));
    const left = { bytes: MOST_BYTES };
    const Responses: Record<string, Item[]> = {};
    const UnprocessedKeys: Record<string, KeysAndAttributes> = {};
    const used = new TableUnits();
    for (const one of asked) {
      const { found, unread, units } = await readAll(deps, one, left);
      Responses[one.name] = found;
      if (unread.length > 0) UnprocessedKeys[one.name] = { ...one.request, Keys: unread };
      used.add(one.table, { table: units });
    }
    return { Responses, UnprocessedKeys, ...used.member(input.ReturnConsumedCapacity) };
  };
}

async function prepare(
  deps: DynamoDeps,
  context: OperationContext,
  [name, request]: [string, KeysAndAttributes],
): Promise<Asked> {
  const { projection } = bindRequest('GetItem', request);
  const table = await tableOf(deps.store.read, tableRef(context, name));
  const wanted = (request.Keys ?? []).map((Key) => {
    const key = keyGiven({ Key });
    return { key, place: placeOfKey(table, key) };
  });
  const places = new Set(wanted.map(({ place }) => `${place.pk}\0${place.sk}`));
  if (places.size < wanted.length) throw invalid('Provided list of item keys contains duplicates');
  return { name, table, request, projection, wanted };
}

async function readAll(deps: DynamoDeps, { table, request, projection, wanted }: Asked, left: { bytes: number }) {
  const rows = await Promise.all(wanted.map(({ place }) => deps.store.read.get(items, [table.id, place.pk, place.sk])));
  const found: Item[] = [];
  const unread: Item[] = [];
  let units = 0;
  for (const [i, row] of rows.entries()) {
    if (left.bytes <= 0) {
      unread.push(wanted[i]!.key);
      continue;
    }
    left.bytes -= row?.size ?? 0;
    units += readUnits(row?.size ?? 0, request.ConsistentRead);
    if (!row) continue;
    const item = itemIn(row);
    found.push(projection ? project(projection, item) : item);
  }
  return { found, unread, units };
}
