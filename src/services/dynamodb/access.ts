import type { Reader } from '../../kernel/index.ts';
import type { AccessRequest, OperationContext, Tag } from '../../model/index.ts';
import { tables } from './collections.ts';
import type { ExpressionOperation } from './expressions/legacy.ts';
import { type TableRef, tableArn, tableKey, tableRef } from './found.ts';
import { type NamingInput, namedBy, namedByStatement } from './named-attributes.ts';
import { parseStatement } from './partiql/parse-statement.ts';
import type { Statement } from './partiql/statement.ts';
import { tagConditions } from './tag-conditions.ts';
import type { AttributeValue, Item } from './values/item.ts';

type Input = Readonly<Record<string, unknown>>;
type Conditions = Record<string, string | readonly string[]>;

/** Operations that are about no table. */
const ANYTHING: ReadonlySet<string> = new Set(['ListTables', 'DescribeLimits', 'DescribeEndpoints']);

/** One use of one table: the action, and the parts of the request that are about it. */
interface Use {
  readonly action: string;
  readonly ref: TableRef;
  readonly index?: string;
  readonly statement?: Statement;
  /** As what each part is read. */
  readonly parts: (readonly [ExpressionOperation, NamingInput])[];
}

/**
 * What an operation asks of IAM: its action on its table or index; batches ask once for each table, transactions for each item's own
 * action. Conditions are worked out only for those whom policies judge: an account's root has everything.
 */
export function accessRequests(
  from: Reader,
  operation: string,
  input: Input,
  context: OperationContext,
): readonly AccessRequest[] | Promise<readonly AccessRequest[]> {
  if (ANYTHING.has(operation)) return [{ action: `dynamodb:${operation}`, resource: '*', context: {} }];
  const uses = usesOf(operation, input, context);
  if (context.principal.kind === 'root') return uses.map((use) => requestOf(use, {}));
  return Promise.all(
    uses.map(async (use) => {
      const tags = await tagConditions(from, use.ref, input as { Tags?: Tag[] });
      return requestOf(use, { ...tags, ...(await namedConditions(from, use)), ...memberConditions(operation, input) });
    }),
  );
}

function requestOf({ action, ref, index }: Use, context: Conditions): AccessRequest {
  const table = tableArn(ref);
  return { action: `dynamodb:${action}`, resource: index === undefined ? table : `${table}/index/${index}`, context };
}

const EXPRESSIVE: ReadonlySet<string> = new Set<ExpressionOperation>([
  'GetItem',
  'PutItem',
  'DeleteItem',
  'UpdateItem',
  'Query',
  'Scan',
]);

function usesOf(operation: string, input: Input, context: OperationContext): readonly Use[] {
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return batchUses(operation, input, context);
  if (operation === 'TransactGetItems' || operation === 'TransactWriteItems') return transactUses(input, context);
  if (operation in STATEMENTS) return statementUses(operation, input, context);
  const ref = tableRef(context, (input.TableName ?? input.ResourceArn) as string | undefined);
  const index = input.IndexName as string | undefined;
  const parts: Use['parts'] = EXPRESSIVE.has(operation) ? [[operation as ExpressionOperation, input as NamingInput]] : [];
  const own: Use = { action: operation, ref, parts, ...(index === undefined ? {} : { index }) };
  const tags = operation === 'CreateTable' && (input.Tags as readonly Tag[] | undefined)?.length;
  return tags ? [own, { action: 'TagResource', ref, parts: [] }] : [own];
}

function batchUses(operation: string, input: Input, context: OperationContext): readonly Use[] {
  const asked = (input.RequestItems ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(asked).map(([name, of]) => ({
    action: operation,
    ref: tableRef(context, name),
    parts: Array.isArray(of) ? of.flatMap(writePart) : readParts(of as NamingInput & { Keys?: readonly Item[] }),
  }));
}

function writePart({ PutRequest, DeleteRequest }: { PutRequest?: NamingInput; DeleteRequest?: NamingInput }): Use['parts'] {
  return [PutRequest, DeleteRequest].filter((one) => one !== undefined).map((one) => ['PutItem', one]);
}

function readParts({ Keys = [], ...asked }: NamingInput & { Keys?: readonly Item[] }): Use['parts'] {
  return Keys.map((Key) => ['GetItem', { ...asked, Key }]);
}

const TRANSACTED: Readonly<Record<string, readonly [action: string, as: ExpressionOperation]>> = {
  Get: ['GetItem', 'GetItem'],
  Put: ['PutItem', 'PutItem'],
  Update: ['UpdateItem', 'UpdateItem'],
  Delete: ['DeleteItem', 'DeleteItem'],
  ConditionCheck: ['ConditionCheckItem', 'DeleteItem'],
};

function transactUses(input: Input, context: OperationContext): readonly Use[] {
  const asked = (input.TransactItems ?? []) as readonly Readonly<Record<string, NamingInput & { TableName?: string }>>[];
  const uses = new Map<string, Use>();
  for (const [kind, part] of asked.flatMap((one) => Object.entries(one))) {
    const found = TRANSACTED[kind];
    if (!found) continue;
    const [action, as] = found;
    const ref = tableRef(context, part.TableName);
    const id = `${action} ${tableArn(ref)}`;
    const use = uses.get(id) ?? { action, ref, parts: [] };
    use.parts.push([as, part]);
    uses.set(id, use);
  }
  return [...uses.values()];
}

/** Which member holds the statements of PartiQL. */
const STATEMENTS: Readonly<Record<string, string>> = {
  ExecuteStatement: '',
  BatchExecuteStatement: 'Statements',
  ExecuteTransaction: 'TransactStatements',
};

function statementUses(operation: string, input: Input, context: OperationContext): readonly Use[] {
  const asked = [
    operation === 'ExecuteStatement' ? input : (input[STATEMENTS[operation]!] ?? []),
  ].flat() as readonly StatementInput[];
  return asked.map(({ Statement: text = '', Parameters }) => {
    const statement = parseStatement(text, Parameters);
    const { kind } = statement;
    const index = kind === 'select' ? statement.index : undefined;
    const action = `PartiQL${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    return { action, ref: tableRef(context, statement.table), parts: [], statement, ...(index === undefined ? {} : { index }) };
  });
}

interface StatementInput {
  readonly Statement?: string;
  readonly Parameters?: readonly AttributeValue[];
}

/** `dynamodb:LeadingKeys`, the partition keys that are named, and `dynamodb:Attributes`, all attributes that are. */
async function namedConditions(from: Reader, { ref, index, parts, statement }: Use): Promise<Conditions> {
  const named = statement ? [namedByStatement(statement)] : parts.map(([as, part]) => namedBy(as, part));
  if (named.length === 0) return {};
  const table = await from.get(tables, tableKey(ref));
  const { keys } = table?.indexes.find(({ name }) => name === index) ?? table ?? { keys: [] };
  const partition = keys[0]?.name ?? '';
  const leading = named.map(({ given }) => textOf(given[partition])).filter((value) => value !== undefined);
  const attributes = [...new Set(named.flatMap(({ attributes }) => attributes))];
  return {
    ...(leading.length > 0 ? { 'dynamodb:leadingkeys': leading } : {}),
    ...(attributes.length > 0 ? { 'dynamodb:attributes': attributes } : {}),
    ...(statement?.kind === 'select' ? { 'dynamodb:fulltablescan': String(leading.length === 0) } : {}),
  };
}

function textOf(value: Item[string] | undefined): string | undefined {
  return value?.S ?? value?.N ?? (value?.B && Buffer.from(value.B).toString('base64'));
}

function memberConditions(operation: string, input: Input): Conditions {
  const conditions: Conditions = {};
  for (const [member, key] of MEMBERS) if (input[member] !== undefined) conditions[key] = String(input[member]);
  if (operation.startsWith('Transact')) conditions['dynamodb:enclosingoperation'] = operation;
  if (operation === 'Scan') conditions['dynamodb:fulltablescan'] = 'true';
  return conditions;
}

const MEMBERS = [
  ['Select', 'dynamodb:select'],
  ['ReturnValues', 'dynamodb:returnvalues'],
  ['ReturnConsumedCapacity', 'dynamodb:returnconsumedcapacity'],
] as const;
