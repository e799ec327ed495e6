import type { Reader } from '../../kernel/index.ts';
import type { AccessRequest, OperationContext } from '../../model/index.ts';
import { tables } from './collections.ts';
import { type TableRef, tableArn, tableKey, tableRef } from './found.ts';
import type { Item } from './values/item.ts';

type Input = Readonly<Record<string, unknown>>;
type Conditions = Record<string, string | readonly string[]>;

/** Operations that are about no table. */
const ANYTHING: ReadonlySet<string> = new Set(['ListTables', 'DescribeLimits', 'DescribeEndpoints']);

/** One use of one table: the action, and the keys that it names. */
interface Use {
  readonly action: string;
  readonly ref: TableRef;
  readonly index?: string;
  readonly keys?: readonly Item[];
  readonly attributes?: readonly string[];
}

/**
 * What an operation asks of IAM: its action on its table or index; batches ask once for each table, transactions for each item's own
 * action. Conditions are worked out only for those whom policies judge: an account's root has everything.
 */
export async function accessRequests(
  from: Reader,
  operation: string,
  input: Input,
  context: OperationContext,
): Promise<readonly AccessRequest[]> {
  if (ANYTHING.has(operation)) return [{ action: `dynamodb:${operation}`, resource: '*', context: {} }];
  const uses = usesOf(operation, input, context);
  const judged = context.principal.kind !== 'root';
  return Promise.all(
    uses.map(async (use) => ({
      action: `dynamodb:${use.action}`,
      resource: use.index === undefined ? tableArn(use.ref) : `${tableArn(use.ref)}/index/${use.index}`,
      context: judged ? { ...(await leadingKeys(from, use)), ...conditionsOf(operation, input, use) } : {},
    })),
  );
}

function usesOf(operation: string, input: Input, context: OperationContext): readonly Use[] {
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return batchUses(operation, input, context);
  if (operation === 'TransactGetItems' || operation === 'TransactWriteItems') return transactUses(input, context);
  const ref = tableRef(context, (input.TableName ?? input.ResourceArn ?? input.TableArn) as string | undefined);
  const index = input.IndexName as string | undefined;
  const key = (input.Key ?? input.Item) as Item | undefined;
  const keys = key ? [key] : [];
  return [{ action: operation, ref, keys, ...(index === undefined ? {} : { index }) }];
}

function batchUses(operation: string, input: Input, context: OperationContext): readonly Use[] {
  const asked = (input.RequestItems ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(asked).map(([name, of]) => {
    const keys = Array.isArray(of)
      ? of.flatMap(({ PutRequest, DeleteRequest }) => [PutRequest?.Item ?? DeleteRequest?.Key ?? []].flat())
      : ((of as { Keys?: Item[] }).Keys ?? []);
    return { action: operation, ref: tableRef(context, name), keys };
  });
}

const TRANSACTED: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function transactUses(input: Input, context: OperationContext): readonly Use[] {
  const asked = (input.TransactItems ?? []) as readonly Readonly<
    Record<string, { TableName?: string; Key?: Item; Item?: Item }>
  >[];
  const uses = new Map<string, Use & { readonly keys: Item[] }>();
  for (const one of asked) {
    for (const [kind, { TableName, Key, Item: item }] of Object.entries(one)) {
      const action = TRANSACTED[kind];
      if (action === undefined) continue;
      const ref = tableRef(context, TableName);
      const id = `${action} ${tableArn(ref)}`;
      const use = uses.get(id) ?? { action, ref, keys: [] };
      use.keys.push((Key ?? item ?? {}) as Item);
      uses.set(id, use);
    }
  }
  return [...uses.values()];
}

/** `dynamodb:LeadingKeys`: the partition keys that are named. */
async function leadingKeys(from: Reader, { ref, keys = [] }: Use): Promise<Conditions> {
  if (keys.length === 0) return {};
  const table = await from.get(tables, tableKey(ref));
  const partition = table?.keys[0]?.name;
  const values = keys.map((key) => (partition === undefined ? undefined : textOf(key[partition])));
  const named = values.filter((value) => value !== undefined);
  return named.length > 0 ? { 'dynamodb:leadingkeys': named } : {};
}

function textOf(value: Item[string] | undefined): string | undefined {
  return value?.S ?? value?.N ?? (value?.B && Buffer.from(value.B).toString('base64'));
}

function conditionsOf(operation: string, input: Input, _use: Use): Conditions {
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
