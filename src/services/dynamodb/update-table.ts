import type { GlobalSecondaryIndexUpdate, UpdateTableCommandInput, UpdateTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { fail, type Transaction } from '../../kernel/index.ts';
import { type Operation, tableStreamArn } from '../../model/index.ts';
import { leaveEntries, leaveFill } from './chores.ts';
import { type Table, type TableIndex, tables } from './collections.ts';
import { readStream } from './create-table.ts';
import type { DynamoDeps } from './deps.ts';
import { tableNamed, tableRef } from './found.ts';
import { invalid, invalidValues, resourceNotFound } from './refusals.ts';
import { tableDescription } from './table-description.ts';
import { attributeTypes, checkIndexes, globalIndex, keyAttributes } from './table-settings.ts';
import { closeStream, openStream } from './table-streams.ts';
import { changeBilling, changeIndexThroughput } from './table-throughput.ts';
import { refuseUnkept } from './unkept.ts';

type Input = UpdateTableCommandInput;

/** What the steps of one update need beside the table. */
interface Update {
  readonly input: Input;
  readonly now: number;
  readonly id: string;
  readonly token: string;
}

type Step = (tx: Transaction, table: Table, update: Update) => Table | Promise<Table>;

/** UpdateTable (spec/backends.md §3.2): done with the answer, but an index of a table with items is filled behind. */
export function updateTable(deps: DynamoDeps): Operation<Input, Omit<UpdateTableCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const ref = tableRef(context, input.TableName);
    refuseUnkept(input);
    checkAsked(input);
    const update = { input, now: context.now, id: deps.ids.base32(16), token: deps.ids.hex(4) };
    const { before, after } = await deps.store.transact(async (tx) => {
      const found = await tableNamed(tx, ref);
      let table = found;
      for (const step of STEPS) table = await step(tx, table, update);
      await tx.put(tables, table);
      return { before: found, after: table };
    });
    deps.wake();
    announce(deps, before, after);
    return { TableDescription: tableDescription(after, 'UPDATING') };
  };
}

const STEPS: readonly Step[] = [changeThroughput, changeIndexes, changeStream, changeRest];

function checkAsked(input: Input): void {
  const { TableName: _, AttributeDefinitions: __, SSESpecification: encryption, ...asked } = input;
  const isAsked = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
  const others = Object.values(asked).filter(isAsked);
  if (encryption && others.length > 0) throw invalid('SSESpecification can not be updated along with other table settings');
  if (!encryption && others.length === 0)
    throw invalid(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    );
  for (const { Create, Update, Delete } of input.GlobalSecondaryIndexUpdates ?? []) {
    if (!Create && !Update && !Delete)
      throw invalidValues(
        'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null',
      );
  }
  const online = (input.GlobalSecondaryIndexUpdates ?? []).filter(({ Create, Delete }) => Create || Delete);
  if (online.length > 1)
    throw fail(
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
}

function changeThroughput(_: Transaction, table: Table, { input, now }: Update): Table {
  return changeBilling(table, input, now);
}

async function changeIndexes(tx: Transaction, table: Table, update: Update): Promise<Table> {
  let changed = table;
  for (const one of update.input.GlobalSecondaryIndexUpdates ?? []) changed = await changeIndex(tx, changed, { ...update, one });
  return changed;
}

async function changeIndex(
  tx: Transaction,
  table: Table,
  { one, input, id }: Update & { one: GlobalSecondaryIndexUpdate },
): Promise<Table> {
  if (one.Create) {
    const known = keyAttributes([table, ...table.indexes]);
    const types = new Map([...attributeTypes(input.AttributeDefinitions ?? []), ...known]);
    const made = globalIndex(one.Create, types, { id, mode: table.billing.mode });
    if (table.indexes.some(({ name }) => name === made.name)) throw invalid(`Attempting to create an index which already exists`);
    if (table.indexes.some(({ filling }) => filling))
      throw fail(
        'ResourceInUseException',
        `Attempt to change a resource which is still in use: Table is being updated: ${table.name}`,
      );
    const indexes = [...table.indexes, made];
    checkIndexes(indexes);
    const filling = await leaveFill(tx, table, { index: id });
    return filling ? { ...table, indexes: [...table.indexes, { ...made, filling }] } : { ...table, indexes };
  }
  const name = one.Delete?.IndexName ?? one.Update?.IndexName;
  const index = table.indexes.find((index) => index.name === name && index.kind === 'global');
  if (!index) throw resourceNotFound();
  if (one.Update) return changeIndexThroughput(table, index, one.Update.ProvisionedThroughput);
  await leaveEntries(tx, index.id);
  return { ...table, indexes: table.indexes.filter((other: TableIndex) => other !== index) };
}

async function changeStream(tx: Transaction, table: Table, { input, now, token }: Update): Promise<Table> {
  if (!input.StreamSpecification) return table;
  const viewType = readStream(input.StreamSpecification);
  if (!viewType) {
    if (!table.stream?.enabled) throw invalid(`Table has no stream to disable: TableName: ${table.name}`);
    return { ...table, stream: (await closeStream(tx, table, now))! };
  }
  if (table.stream?.enabled)
    throw fail('ResourceInUseException', `Table already has an enabled stream: TableName: ${table.name}`);
  return { ...table, stream: await openStream(tx, table, { viewType, now, token }) };
}

function changeRest(_: Transaction, table: Table, { input }: Update): Table {
  return {
    ...table,
    ...(input.TableClass === undefined ? {} : { tableClass: input.TableClass }),
    ...(input.DeletionProtectionEnabled === undefined ? {} : { protected: input.DeletionProtectionEnabled }),
  };
}

function announce(deps: DynamoDeps, before: Table, after: Table): void {
  if (before.stream === after.stream) return;
  const labels = new Set([before.stream?.label, after.stream?.label]);
  for (const label of labels)
    if (label !== undefined) deps.streamsChanged(tableStreamArn({ ...after, table: after.name, label }));
}
