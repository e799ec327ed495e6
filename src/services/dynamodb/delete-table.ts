import type { DeleteTableCommandInput, DeleteTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { type Operation, tableStreamArn } from '../../model/index.ts';
import { leaveRemains } from './chores.ts';
import { tables, tableTags } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { tableKey, tableNamed, tableRef } from './found.ts';
import { invalid } from './refusals.ts';
import { tableDescription } from './table-description.ts';
import { closeStream } from './table-streams.ts';

/** DeleteTable: the table is gone with the answer, its rows go behind; its stream can be read for its time. */
export function deleteTable(deps: DynamoDeps): Operation<DeleteTableCommandInput, Omit<DeleteTableCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const ref = tableRef(context, input.TableName);
    const table = await deps.store.transact(async (tx) => {
      const found = await tableNamed(tx, ref);
      if (found.protected)
        throw invalid(
          'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
        );
      await closeStream(tx, found, context.now);
      await tx.delete(tables, tableKey(ref));
      await tx.delete(tableTags, tableKey(ref));
      await leaveRemains(tx, found);
      return found;
    });
    deps.wake();
    const { stream } = table;
    if (stream?.enabled) deps.streamsChanged(tableStreamArn({ ...ref, table: ref.name, label: stream.label }));
    return { TableDescription: tableDescription(table, 'DELETING') };
  };
}
