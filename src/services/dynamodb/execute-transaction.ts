import type { ExecuteTransactionCommandInput, ExecuteTransactionCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Operation, OperationContext } from '../../model/index.ts';
import { readUnits, TableUnits } from './capacity.ts';
import type { DynamoDeps } from './deps.ts';
import { parseStatement } from './partiql/parse-statement.ts';
import type { Select } from './partiql/statement.ts';
import { invalid } from './refusals.ts';
import { selectOne } from './statement-reads.ts';
import { isWrite, writeOfStatement } from './statement-writes.ts';
import { runTransaction } from './transaction.ts';
import type { AttributeValue } from './values/item.ts';

type Input = ExecuteTransactionCommandInput;
type Output = Omit<ExecuteTransactionCommandOutput, '$metadata'>;

/** ExecuteTransaction: up to 100 statements, all reading or all writing, each about one item. Writes answer nothing of their items. */
export function executeTransaction(deps: DynamoDeps): Operation<Input, Output> {
  return async (input, context) => {
    const asked = input.TransactStatements ?? [];
    const statements = asked.map(({ Statement, Parameters }) =>
      parseStatement(Statement ?? '', Parameters as AttributeValue[] | undefined),
    );
    const selects = statements.filter((statement): statement is Select => !isWrite(statement));
    if (selects.length === statements.length) return readAll(deps, context, { selects, input });
    if (selects.length > 0) throw invalid('The entire transaction must consist of either read statements or write statements');
    const { capacity } = await runTransaction(deps, context, {
      writes: statements.map((statement, i) =>
        writeOfStatement(context, statement, asked[i]?.ReturnValuesOnConditionCheckFailure === 'ALL_OLD'),
      ),
      token: input.ClientRequestToken,
      asked,
      capacity: input.ReturnConsumedCapacity,
    });
    return { Responses: [], ...capacity };
  };
}

async function readAll(
  deps: DynamoDeps,
  context: OperationContext,
  { selects, input }: { selects: readonly Select[]; input: Input },
): Promise<Output> {
  // In a transaction of the store, so that all are of one moment.
  const found = await deps.store.transact(async (tx) => {
    const rows = [];
    for (const select of selects) rows.push(await selectOne(tx, context, select));
    return rows;
  });
  const used = new TableUnits();
  for (const { table, size } of found) used.add(table, { table: 2 * readUnits(size, true) });
  return {
    Responses: found.map(({ item }) => (item ? { Item: item } : {})),
    ...used.member(input.ReturnConsumedCapacity, 'Read'),
  };
}
