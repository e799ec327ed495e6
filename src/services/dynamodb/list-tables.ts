import type { ListTablesCommandInput, ListTablesCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../model/index.ts';
import { tables } from './collections.ts';
import type { DynamoDeps } from './deps.ts';

/** ListTables: in order of names, at most 100 a page. */
export function listTables(deps: DynamoDeps): Operation<ListTablesCommandInput, Omit<ListTablesCommandOutput, '$metadata'>> {
  return async ({ ExclusiveStartTableName: start, Limit: limit = 100 }, { account, region }) => {
    const after = start === undefined ? {} : { after: [start] };
    const { items, next } = await deps.store.read.range(tables, { prefix: [account, region], ...after, limit });
    const TableNames = items.map(({ name }) => name);
    return next ? { TableNames, LastEvaluatedTableName: TableNames.at(-1) } : { TableNames };
  };
}
