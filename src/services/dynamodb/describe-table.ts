import type { DescribeTableCommandInput, DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Reader } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { entries, items, type Table } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { tableNamed, tableRef } from './found.ts';
import { type Size, type TableSizes, tableDescription } from './table-description.ts';

/** DescribeTable. */
export function describeTable(
  deps: DynamoDeps,
): Operation<DescribeTableCommandInput, Omit<DescribeTableCommandOutput, '$metadata'>> {
  const from = () => deps.store.read;
  return async (input, context) => {
    const table = await tableNamed(from(), tableRef(context, input.TableName));
    return { Table: tableDescription(table, 'ACTIVE', await sizesOf(from(), table)) };
  };
}

/** Rows whose sizes are looked at. */
const SAMPLE = 100;

/** Counts up to 100,000 rows, by their keys alone, and estimates their bytes from the first: AWS's own figures are some hours old. */
async function sizesOf(from: Reader, { id, indexes }: Table): Promise<TableSizes> {
  const sizes = new Map<string, Size>();
  for (const [of, collection] of [[id, items] as const, ...indexes.map((index) => [index.id, entries] as const)]) {
    const count = await from.count<object>(collection as never, [of]);
    const { items: sample } = await from.range<{ size: number }>(collection as never, { prefix: [of], limit: SAMPLE });
    const bytes = sample.reduce((sum, { size }) => sum + size, 0);
    sizes.set(of, { items: count, bytes: sample.length === 0 ? 0 : Math.round((bytes / sample.length) * count) });
  }
  return sizes;
}
