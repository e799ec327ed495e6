import type { ProvisionedThroughput, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Table, TableIndex, Throughput } from './collections.ts';
import { invalid, invalidValues } from './refusals.ts';
import { readThroughput } from './table-settings.ts';

/**
 * A table with another billing mode or other units. Units are kept and shown; nobody is throttled, as nobody is on AWS while adaptive
 * capacity has room (docs/operations.md).
 */
export function changeBilling(table: Table, input: UpdateTableCommandInput, now: number): Table {
  const { BillingMode: asked, ProvisionedThroughput: given } = input;
  if (asked === undefined && given === undefined) return table;
  const mode = asked ?? table.billing.mode;
  if (mode === table.billing.mode && mode === 'PAY_PER_REQUEST' && !given) return table;
  if (mode === table.billing.mode && mode === 'PROVISIONED' && !given) return table;
  if (mode === 'PROVISIONED' && !given)
    throw invalidValues('ProvisionedThroughput must be specified when BillingMode is PROVISIONED');
  const throughput = readThroughput(given, mode);
  if (mode !== table.billing.mode) return switched(table, { mode, throughput, now });
  refuseSame(table.throughput, throughput, 'table', table.name);
  return { ...table, throughput, ...history(table, throughput, now) };
}

function switched(
  table: Table,
  { mode, throughput, now }: { mode: Table['billing']['mode']; throughput: Throughput; now: number },
): Table {
  const indexes = table.indexes.map((index) =>
    index.kind === 'global' ? { ...index, throughput: mode === 'PROVISIONED' ? throughput : { read: 0, write: 0 } } : index,
  );
  const since = mode === 'PAY_PER_REQUEST' ? now : (table.billing.switched ?? table.created);
  return { ...table, indexes, throughput, billing: { mode, switched: since } };
}

/** Throws ValidationException for units that an on-demand table has not, or that are what they were. */
export function changeIndexThroughput(table: Table, index: TableIndex, given: ProvisionedThroughput | undefined): Table {
  const throughput = readThroughput(given, table.billing.mode, ` for index: ${index.name}`);
  refuseSame(index.throughput ?? throughput, throughput, 'index', index.name);
  return { ...table, indexes: table.indexes.map((other) => (other === index ? { ...index, throughput } : other)) };
}

function history(table: Table, { read, write }: Throughput, now: number): Partial<Table> {
  const grew = read > table.throughput.read || write > table.throughput.write;
  const shrank = read < table.throughput.read || write < table.throughput.write;
  return {
    ...(grew ? { increased: now } : {}),
    ...(shrank ? { decreased: now, decreases: decreasesToday(table, now) + 1 } : {}),
  };
}

function decreasesToday({ decreased = 0, decreases = 0 }: Table, now: number): number {
  const day = (time: number) => Math.floor(time / 86_400_000);
  return day(decreased) === day(now) ? decreases : 0;
}

function refuseSame(was: Throughput, is: Throughput, kind: 'table' | 'index', name: string): void {
  if (was.read !== is.read || was.write !== is.write) return;
  throw invalid(
    `The provisioned throughput for the ${kind} ${name} will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the ${kind}: ${was.read}. Requested ReadCapacityUnits: ${is.read}. Current WriteCapacityUnits provisioned for the ${kind}: ${was.write}. Requested WriteCapacityUnits: ${is.write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
  );
}
