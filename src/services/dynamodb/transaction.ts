import type { CancellationReason, ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { type Failure, fail, isFailure, type Transaction } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import { addUnits, TableUnits } from './capacity.ts';
import { changeItem, type Origin } from './change-item.ts';
import { doneTransactions, type Table } from './collections.ts';
import type { DynamoDeps } from './deps.ts';
import { doneBefore, requestHash } from './done-transactions.ts';
import { tableOf, tableRef } from './found.ts';
import { originOf } from './origins.ts';
import { invalid } from './refusals.ts';
import { itemSize } from './values/item.ts';
import { type Judged, judge, type Write } from './writes.ts';

/** What is to be done at once, and what stands for it. */
export interface Request {
  readonly writes: readonly Write[];
  /** The client's, if there is one; it stands for what was asked for ten minutes. */
  readonly token: string | undefined;
  readonly asked: unknown;
  readonly capacity: 'NONE' | 'TOTAL' | 'INDEXES' | undefined;
}

/** One write of a transaction with its table, judged against what was there before the transaction. */
export interface Step {
  readonly table: Table;
  readonly judged: Judged;
}

/** What was done; without steps when it had been done before under the same token. */
export interface Done {
  readonly steps: readonly Step[];
  readonly capacity: { ConsumedCapacity?: ConsumedCapacity[] };
}

/**
 * Does all writes or none. Every condition is judged first, so that the reasons tell of each item (spec/backends.md §3.6). There are no
 * conflicts: transactions run one after another. Throws TransactionCanceledException, IdempotentParameterMismatchException.
 */
export function runTransaction(deps: DynamoDeps, context: OperationContext, request: Request): Promise<Done> {
  const origin = originOf(deps, context);
  const { token, capacity } = request;
  const asked = token === undefined ? undefined : { token, hash: requestHash(request.asked), now: context.now };
  return deps.store.transact(async (tx): Promise<Done> => {
    const before = asked && (await doneBefore(tx, context, asked));
    if (before) return { steps: [], capacity: (await readAgain(tx, context, before.units)).member(capacity, 'Read') };
    const steps = await judgeAll(tx, request.writes);
    const used = await doAll(tx, steps, origin);
    if (asked) {
      const { account, region } = context;
      const { token, hash, now } = asked;
      await tx.put(doneTransactions, { account, region, token, hash, time: now, units: used.totals() });
    }
    return { steps, capacity: used.member(capacity, 'Write') };
  });
}

const MOST_BYTES = 4 * 1024 * 1024;

async function judgeAll(tx: Transaction, writes: readonly Write[]): Promise<readonly Step[]> {
  const tables: Table[] = [];
  for (const { ref } of writes) tables.push(await tableOf(tx, ref));
  const places = writes.map((write, i) => write.place(tables[i]!));
  if (new Set(places.map(({ pk, sk }, i) => `${tables[i]!.id}\0${pk}\0${sk}`)).size < places.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  const steps: Step[] = [];
  const reasons: CancellationReason[] = [];
  for (const [i, write] of writes.entries()) {
    try {
      steps.push({ table: tables[i]!, judged: await judge(tx, tables[i]!, write, true) });
      reasons.push({ Code: 'None' });
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
  const bytes = steps.reduce((sum, { judged: { after, before } }) => sum + itemSize(after ?? before ?? {}), 0);
  if (bytes > MOST_BYTES) throw invalid('The aggregate size of the items in the transaction exceeds 4 MB');
  return steps;
}

const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  DuplicateItemException: 'DuplicateItem',
  ItemCollectionSizeLimitExceededException: 'ItemCollectionSizeLimitExceeded',
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
async function doAll(tx: Transaction, steps: readonly Step[], origin: (item: number) => Origin): Promise<TableUnits> {
  const used = new TableUnits();
  for (const [i, { table, judged }] of steps.entries()) {
    const units = await changeItem(tx, table, judged, origin(i)).catch((error) => {
      throw cancelled(steps.map((_, j) => (j === i ? reasonOf(error) : { Code: 'None' })));
    });
    used.add(table, addUnits(units, units));
  }
  return used;
}

/** What it takes to find that a transaction was done before: its items were only read. */
async function readAgain(
  tx: Transaction,
  context: OperationContext,
  units: Readonly<Record<string, number>>,
): Promise<TableUnits> {
  const read = new TableUnits();
  for (const [name, used] of Object.entries(units)) read.add(await tableOf(tx, tableRef(context, name)), { table: used });
  return read;
}
