import type {
  CancellationReason,
  ItemCollectionMetrics,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { type Failure, fail, isFailure, type Transaction } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { addUnits, TableUnits } from './capacity.ts';
import { changeItem, type Origin } from './change-item.ts';
import { collectionMetrics, noteMetrics } from './collection-metrics.ts';
import { doneTransactions, type Table } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { doneBefore, requestHash } from './done-transactions.ts';
import { tableOf, tableRef } from './found.ts';
import { originOf } from './origins.ts';
import { invalid } from './refusals.ts';
import { checkOf, deleteOf, type Judged, judge, putOf, updateOf, type Write } from './writes.ts';

type Output = Omit<TransactWriteItemsCommandOutput, '$metadata'>;

/** One write of a transaction with its table, judged against what was there before the transaction. */
export interface Step {
  readonly table: Table;
  readonly write: Write;
  readonly judged: Judged;
}

/**
 * TransactWriteItems: all or nothing. Every condition is judged first, so that the reasons tell of each item; a client's token stands for
 * its transaction for ten minutes (spec/backends.md §3.6). There are no conflicts: transactions run one after another.
 */
export function transactWriteItems(deps: DynamoDeps): Operation<TransactWriteItemsCommandInput, Output> {
  return async (input, context) => {
    const writes = (input.TransactItems ?? []).map((item) => writeOf(context, item));
    const origin = originOf(deps, context);
    const { ClientRequestToken: token } = input;
    const asked = token === undefined ? undefined : { token, hash: requestHash(input.TransactItems), now: context.now };
    return deps.store.transact(async (tx): Promise<Output> => {
      const before = asked && (await doneBefore(tx, context, asked));
      if (before) return repeated(tx, input, { context, units: before.units });
      const steps = await judgeAll(tx, writes);
      const used = await doAll(tx, steps, origin);
      if (asked) {
        const { account, region } = context;
        const { token, hash, now } = asked;
        await tx.put(doneTransactions, { account, region, token, hash, time: now, units: used.totals() });
      }
      return { ...used.member(input.ReturnConsumedCapacity, 'Write'), ...metricsOf(input, steps) };
    });
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

/** Judges all writes. Throws TransactionCanceledException with a reason for each when one of them fails. */
export async function judgeAll(tx: Transaction, writes: readonly Write[]): Promise<readonly Step[]> {
  const tables: Table[] = [];
  for (const { ref } of writes) tables.push(await tableOf(tx, ref));
  const places = writes.map((write, i) => write.place(tables[i]!));
  if (new Set(places.map(({ pk, sk }, i) => `${tables[i]!.id}\0${pk}\0${sk}`)).size < places.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  const steps: Step[] = [];
  const reasons: CancellationReason[] = [];
  for (const [i, write] of writes.entries()) {
    try {
      steps.push({ table: tables[i]!, write, judged: await judge(tx, tables[i]!, write, true) });
      reasons.push({ Code: 'None' });
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
  return steps;
}

const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ValidationException: 'ValidationError',
};

function reasonOf(error: unknown): CancellationReason {
  const code = isFailure(error) ? CODES[error.code] : undefined;
  if (code === undefined) throw error;
  const { message, fields } = error as Failure;
  return { Code: code, Message: message, ...fields };
}

function cancelled(reasons: readonly CancellationReason[]): Failure {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const text = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return fail('TransactionCanceledException', text, { fields: { CancellationReasons: reasons } });
}

/** Does what was judged; a transactional write costs twice. */
export async function doAll(tx: Transaction, steps: readonly Step[], origin: (item: number) => Origin): Promise<TableUnits> {
  const used = new TableUnits();
  for (const [i, { table, judged }] of steps.entries()) {
    const units = await changeItem(tx, table, judged, origin(i));
    used.add(table, addUnits(units, units));
  }
  return used;
}

function metricsOf(input: TransactWriteItemsCommandInput, steps: readonly Step[]): Pick<Output, 'ItemCollectionMetrics'> {
  const byTable: Record<string, ItemCollectionMetrics[]> = {};
  for (const { table, judged } of steps) {
    const item = judged.after ?? judged.before;
    noteMetrics(byTable, table.name, collectionMetrics(input.ReturnItemCollectionMetrics, table, item));
  }
  return Object.keys(byTable).length > 0 ? { ItemCollectionMetrics: byTable } : {};
}

/** The answer to a transaction that was done before: its items were only read. */
async function repeated(
  tx: Transaction,
  input: TransactWriteItemsCommandInput,
  { context, units }: { context: OperationContext; units: Readonly<Record<string, number>> },
): Promise<Output> {
  const read = new TableUnits();
  for (const [name, used] of Object.entries(units)) read.add(await tableOf(tx, tableRef(context, name)), { table: used });
  return read.member(input.ReturnConsumedCapacity, 'Read');
}
