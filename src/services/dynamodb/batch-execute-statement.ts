import type {
  BatchExecuteStatementCommandInput,
  BatchExecuteStatementCommandOutput,
  BatchStatementErrorCodeEnum,
  BatchStatementRequest,
  BatchStatementResponse,
} from '@aws-sdk/client-dynamodb';
import { isFailure } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { readUnits, TableUnits } from './capacity.ts';
import type { DynamoDeps } from './deps.ts';
import { tableOf } from './found.ts';
import { originOf } from './origins.ts';
import { parseStatement } from './partiql/parse-statement.ts';
import type { Statement } from './partiql/statement.ts';
import { invalid } from './refusals.ts';
import { selectOne } from './statement-reads.ts';
import { isWrite, writeOfStatement } from './statement-writes.ts';
import type { AttributeValue } from './values/item.ts';
import { perform } from './writes.ts';

type Output = Omit<BatchExecuteStatementCommandOutput, '$metadata'>;

/** One statement of a batch, which fails or not by itself. */
interface Part {
  readonly request: BatchStatementRequest;
  readonly statement: Statement;
}

/** BatchExecuteStatement: up to 25 statements, all reading or all writing, each about one item; errors stand beside the answers. */
export function batchExecuteStatement(deps: DynamoDeps): Operation<BatchExecuteStatementCommandInput, Output> {
  return async (input, context) => {
    const parts = (input.Statements ?? []).map((request) => ({
      request,
      statement: parseStatement(request.Statement ?? '', request.Parameters as AttributeValue[] | undefined),
    }));
    const writes = parts.filter(({ statement }) => isWrite(statement)).length;
    if (writes !== 0 && writes !== parts.length)
      throw invalid('A batch can contain either all read statements or all write statements, not both');
    const used = new TableUnits();
    const origin = originOf(deps, context);
    const run = writes > 0 ? writeOne : readOne;
    const Responses: BatchStatementResponse[] = [];
    for (const [i, part] of parts.entries())
      Responses.push(await orError(part, run(deps, context, { part, used, origin: origin(i) })));
    return { Responses, ...used.member(input.ReturnConsumedCapacity) };
  };
}

interface Run {
  readonly part: Part;
  readonly used: TableUnits;
  readonly origin: ReturnType<ReturnType<typeof originOf>>;
}

async function readOne(deps: DynamoDeps, context: OperationContext, { part, used }: Run): Promise<BatchStatementResponse> {
  const { statement, request } = part;
  if (statement.kind !== 'select')
    throw invalid('A batch can contain either all read statements or all write statements, not both');
  const { table, size, item } = await selectOne(deps.store.read, context, statement);
  used.add(table, { table: readUnits(size, request.ConsistentRead) });
  return { TableName: table.name, ...(item ? { Item: item } : {}) };
}

function writeOne(deps: DynamoDeps, context: OperationContext, { part, used, origin }: Run): Promise<BatchStatementResponse> {
  const { statement, request } = part;
  const write = writeOfStatement(context, statement, request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD');
  return deps.store.transact(async (tx) => {
    const table = await tableOf(tx, write.ref);
    const { units } = await perform(tx, { table, write, mustRead: true }, origin);
    used.add(table, units);
    return { TableName: table.name };
  });
}

const CODES: Readonly<Record<string, BatchStatementErrorCodeEnum>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  DuplicateItemException: 'DuplicateItem',
  ItemCollectionSizeLimitExceededException: 'ItemCollectionSizeLimitExceeded',
  ResourceNotFoundException: 'ResourceNotFound',
  ValidationException: 'ValidationError',
};

async function orError({ statement }: Part, answer: Promise<BatchStatementResponse>): Promise<BatchStatementResponse> {
  try {
    return await answer;
  } catch (error) {
    const code = isFailure(error) ? CODES[error.code] : undefined;
    if (!isFailure(error) || code === undefined) throw error;
    return { TableName: statement.table, Error: { Code: code, Message: error.message, ...error.fields } };
  }
}
