import type { DescribeTableCommandInput, DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Reader } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { items, type Table } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { tableNamed, tableRef } from './found.ts';
import { type TableSize, tableDescription } from './table-description.ts';

/** DescribeTable. */
export function describeTable(
  deps: DynamoDeps,
): Operation<DescribeTableCommandInput, Omit<DescribeTableCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const table = await tableNamed(deps.store.read, tableRef(context, input.TableName));
    return { Table: tableDescription(table, 'ACTIVE', await sizeOf(deps.store.read, table)) };
  };
}

const MOST_LOOKED_AT = 500;

/** Counts a small table; of a larger one, says what its first rows come to: AWS's own figures are some hours old. */
async function sizeOf(from: Reader, { id }: Table): Promise<TableSize> {
  const { items: first } = await from.range(items, { prefix: [id], limit: MOST_LOOKED_AT });
  return { items: first.length, bytes: first.reduce((sum, { size }) => sum + size, 0) };
}
