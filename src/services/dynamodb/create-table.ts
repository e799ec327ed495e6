import type { CreateTableCommandInput, CreateTableCommandOutput, StreamSpecification } from '@aws-sdk/client-dynamodb';
import { fail } from '../../kernel/index.ts';
import type { Operation, StreamViewType } from '../../model/index.ts';
import { type Table, tables, tableTags } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { tableKey, tableRef } from './found.ts';
import { invalidValues } from './refusals.ts';
import { tableDescription } from './table-description.ts';
import { checkGiven, modeOf, readKeys, readThroughput } from './table-settings.ts';
import { openStream } from './table-streams.ts';
import { mergeTags } from './table-tags.ts';
import { refuseUnkept } from './unkept.ts';

type Output = Omit<CreateTableCommandOutput, '$metadata'>;

/** CreateTable: the answer says CREATING as clients expect, and the table is there at once (spec/backends.md §3.2). */
export function createTable(deps: DynamoDeps): Operation<CreateTableCommandInput, Output> {
  return async (input, context) => {
    const ref = tableRef(context, input.TableName);
    refuseUnkept(input);
    checkGiven(input);
    const mode = modeOf(input.BillingMode);
    const throughput = readThroughput(input.ProvisionedThroughput, mode);
    const { indexes, ...keys } = readKeys(input, () => deps.ids.base32(16));
    const plain: Omit<Table, 'stream'> = {
      ...ref,
      ...keys,
      id: deps.ids.base32(16),
      uuid: deps.ids.uuid(),
      created: context.now,
      indexes,
      billing: { mode },
      throughput,
      ...(input.TableClass ? { tableClass: input.TableClass } : {}),
      protected: input.DeletionProtectionEnabled ?? false,
    };
    const viewType = readStream(input.StreamSpecification);
    const tags = mergeTags([], input.Tags ?? []);
    const token = deps.ids.hex(4);
    const table = await deps.store.transact(async (tx) => {
      if (await tx.get(tables, tableKey(ref))) throw fail('ResourceInUseException', `Table already exists: ${ref.name}`);
      const stream = viewType && (await openStream(tx, plain, { viewType, now: context.now, token }));
      const made: Table = { ...plain, ...(stream ? { stream } : {}) };
      await tx.put(tables, made);
      if (tags.length > 0) await tx.put(tableTags, { ...ref, tags });
      return made;
    });
    return { TableDescription: tableDescription(table, 'CREATING') };
  };
}

/** The view type of a stream that is to be enabled; undefined: none. Also of UpdateTable. */
export function readStream(given: StreamSpecification | undefined): StreamViewType | undefined {
  if (!given) return undefined;
  const { StreamEnabled, StreamViewType } = given;
  if (StreamEnabled && !StreamViewType) throw invalidValues('StreamViewType is required when StreamEnabled is true');
  if (!StreamEnabled && StreamViewType) throw invalidValues('StreamViewType is not allowed when StreamEnabled is false');
  return StreamEnabled ? StreamViewType : undefined;
}
