import type { ExecuteStatementCommandInput, ExecuteStatementCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Operation, OperationContext } from '../../model/index.ts';
import { consumed, withCapacity } from './capacity.ts';
import type { DynamoDeps } from './deps.ts';
import { tableOf } from './found.ts';
import { originOf } from './origins.ts';
import { parseStatement } from './partiql/parse-statement.ts';
import type { Statement } from './partiql/statement.ts';
import { invalid } from './refusals.ts';
import { selectPage } from './statement-reads.ts';
import { returnedBy, writeOfStatement } from './statement-writes.ts';
import type { AttributeValue } from './values/item.ts';
import { perform } from './writes.ts';

type Input = ExecuteStatementCommandInput;
type Output = Omit<ExecuteStatementCommandOutput, '$metadata'>;

/** ExecuteStatement: one statement of PartiQL; a SELECT answers in pages. */
export function executeStatement(deps: DynamoDeps): Operation<Input, Output> {
  return async (input, context) => {
    const statement = parseStatement(input.Statement ?? '', input.Parameters as AttributeValue[] | undefined);
    if (statement.kind !== 'select') return write(deps, context, { input, statement });
    if (statement.exists) throw invalid('EXISTS is only supported in ExecuteTransaction');
    return selectPage(deps.store.read, context, { select: statement, options: input });
  };
}

async function write(
  deps: DynamoDeps,
  context: OperationContext,
  { input, statement }: { input: Input; statement: Exclude<Statement, { kind: 'select' }> },
): Promise<Output> {
  const showsOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  const operation = writeOfStatement(context, statement, showsOld);
  const origin = originOf(deps, context)();
  return deps.store.transact(async (tx): Promise<Output> => {
    const table = await tableOf(tx, operation.ref);
    const { units, ...judged } = await perform(tx, { table, write: operation, mustRead: true }, origin);
    const returning = statement.kind === 'insert' ? undefined : statement.returning;
    return { Items: returnedBy(returning, judged), ...withCapacity(consumed(input.ReturnConsumedCapacity, table, units)) };
  });
}
