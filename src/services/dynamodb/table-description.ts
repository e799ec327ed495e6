import type {
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  LocalSecondaryIndexDescription,
  Projection,
  ProvisionedThroughputDescription,
  TableDescription,
  TableStatus,
} from '@aws-sdk/client-dynamodb';
import { tableStreamArn } from '../../model/index.ts';
import type { KeySchema, Table, TableIndex } from './collections.ts';
import { tableArn } from './found.ts';
import { keyAttributes } from './table-settings.ts';

export interface Size {
  readonly items: number;
  readonly bytes: number;
}

/** How much a table and its indexes hold, by their ids. */
export type TableSizes = ReadonlyMap<string, Size>;

/** A table as DescribeTable and its siblings show it (spec/backends.md §3.2). */
export function tableDescription(table: Table, status: TableStatus = 'ACTIVE', sizes: TableSizes = new Map()): TableDescription {
  const arn = tableArn(table);
  const own = sizes.get(table.id) ?? NOTHING;
  const locals = table.indexes.filter(({ kind }) => kind === 'local').map((index) => localDescription(index, arn, sizes));
  const globals = table.indexes
    .filter(({ kind }) => kind === 'global')
    .map((index) => globalDescription(index, { table, status, sizes }));
  return {
    TableName: table.name,
    TableArn: arn,
    TableId: table.uuid,
    TableStatus: status,
    CreationDateTime: new Date(table.created),
    AttributeDefinitions: [...keyAttributes([table, ...table.indexes])].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: schemaElements(table),
    ItemCount: own.items,
    TableSizeBytes: own.bytes,
    ProvisionedThroughput: throughputDescription(table),
    ...billingSummary(table),
    ...(locals.length > 0 ? { LocalSecondaryIndexes: locals } : {}),
    ...(globals.length > 0 ? { GlobalSecondaryIndexes: globals } : {}),
    ...streamDescription(table),
    ...(table.tableClass ? { TableClassSummary: { TableClass: table.tableClass } } : {}),
    DeletionProtectionEnabled: table.protected,
    WarmThroughput: warmThroughput(table.throughput, status === 'CREATING' ? 'CREATING' : 'ACTIVE'),
  };
}

const NOTHING: Size = { items: 0, bytes: 0 };

export function schemaElements({ keys }: KeySchema): { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[] {
  return keys.map(({ name, keyType }) => ({ AttributeName: name, KeyType: keyType }));
}

function throughputDescription(table: Table): ProvisionedThroughputDescription {
  return {
    ReadCapacityUnits: table.throughput.read,
    WriteCapacityUnits: table.throughput.write,
    NumberOfDecreasesToday: table.decreases ?? 0,
    ...(table.increased === undefined ? {} : { LastIncreaseDateTime: new Date(table.increased) }),
    ...(table.decreased === undefined ? {} : { LastDecreaseDateTime: new Date(table.decreased) }),
  };
}

/** Absent for tables that were made PROVISIONED and stayed so. */
function billingSummary({ billing, created }: Table): Pick<TableDescription, 'BillingModeSummary'> {
  if (billing.mode === 'PROVISIONED' && billing.switched === undefined) return {};
  const switched = billing.mode === 'PAY_PER_REQUEST' ? (billing.switched ?? created) : billing.switched;
  return {
    BillingModeSummary: {
      BillingMode: billing.mode,
      ...(switched === undefined ? {} : { LastUpdateToPayPerRequestDateTime: new Date(switched) }),
    },
  };
}

function streamDescription(table: Table) {
  const { stream } = table;
  if (!stream) return {};
  return {
    ...(stream.enabled ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType } } : {}),
    LatestStreamLabel: stream.label,
    LatestStreamArn: tableStreamArn({ ...table, table: table.name, label: stream.label }),
  };
}

function localDescription(index: TableIndex, arn: string, sizes: TableSizes): LocalSecondaryIndexDescription {
  return { ...indexDescription(index, arn), ...indexSize(index, sizes) };
}

function globalDescription(
  index: TableIndex,
  { table, status, sizes }: { table: Table; status: TableStatus; sizes: TableSizes },
): GlobalSecondaryIndexDescription {
  const { read, write } = index.throughput ?? { read: 0, write: 0 };
  const state = status === 'ACTIVE' || status === 'UPDATING' ? (index.filling ? 'CREATING' : 'ACTIVE') : status;
  return {
    ...indexDescription(index, tableArn(table)),
    IndexStatus: state === 'CREATING' || state === 'DELETING' ? state : 'ACTIVE',
    ...(index.filling ? { Backfilling: true } : {}),
    ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write, NumberOfDecreasesToday: 0 },
    ...indexSize(index, sizes),
    WarmThroughput: warmThroughput({ read, write }, state === 'CREATING' ? 'CREATING' : 'ACTIVE'),
  };
}

function indexSize({ id }: TableIndex, sizes: TableSizes): { IndexSizeBytes: number; ItemCount: number } {
  const { items, bytes } = sizes.get(id) ?? NOTHING;
  return { IndexSizeBytes: bytes, ItemCount: items };
}

function indexDescription(index: TableIndex, arn: string) {
  const { type, names } = index.projection;
  const projection: Projection = { ProjectionType: type, ...(names ? { NonKeyAttributes: [...names] } : {}) };
  const schema: KeySchemaElement[] = schemaElements(index);
  return { IndexName: index.name, IndexArn: `${arn}/index/${index.name}`, KeySchema: schema, Projection: projection };
}

/** What AWS shows of on-demand tables when nobody asked for more; provisioned ones have what they are provisioned with. */
function warmThroughput({ read, write }: { read: number; write: number }, Status: 'ACTIVE' | 'CREATING') {
  return { ReadUnitsPerSecond: read || 12_000, WriteUnitsPerSecond: write || 4_000, Status };
}
