import type {
  AttributeDefinition,
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  Projection,
  ProvisionedThroughput,
} from '@aws-sdk/client-dynamodb';
import type { KeySchema, Table, TableIndex, Throughput } from './collections.ts';
import { invalid, invalidValues } from './refusals.ts';
import type { KeyElement } from './values/keys.ts';

export type KeyType = KeyElement['type'];

const MOST_LOCAL = 5;
const MOST_GLOBAL = 20;
const MOST_PROJECTED = 100;

/** Checks what must agree in a table's keys, attributes and indexes, and says what it comes to (spec/backends.md §3.3). */
export function readKeys(input: CreateTableCommandInput, newId: () => string): KeySchema & { indexes: readonly TableIndex[] } {
  const definitions = input.AttributeDefinitions ?? [];
  const types = attributeTypes(definitions);
  if ((input.KeySchema?.length ?? 0) > definitions.length)
    throw invalid('Invalid KeySchema: Some index key attribute have no definition');
  const schema = readSchema(input.KeySchema ?? [], types);
  const locals = input.LocalSecondaryIndexes;
  const globals = input.GlobalSecondaryIndexes;
  if (locals?.length === 0) throw invalidValues('List of LocalSecondaryIndexes is empty');
  if (globals?.length === 0) throw invalidValues('List of GlobalSecondaryIndexes is empty');
  const indexes = [
    ...(globals ?? []).map((index) => globalIndex(index, types, { id: newId(), mode: modeOf(input.BillingMode) })),
    ...(locals ?? []).map((index) => localIndex(index, schema, types, newId())),
  ];
  checkIndexes(indexes);
  checkUsed(definitions, [schema, ...indexes]);
  return { ...schema, indexes };
}

/** Throws ValidationException without definitions or keys: the model leaves them open for copies of tables in other regions, which are not there. */
export function checkGiven({ AttributeDefinitions: definitions, KeySchema: schema }: CreateTableCommandInput): void {
  const missing = [...(definitions ? [] : ['attributeDefinitions']), ...(schema ? [] : ['keySchema'])];
  if (missing.length === 0) return;
  const texts = missing.map((name) => `Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  throw invalid(`${missing.length} validation error${missing.length > 1 ? 's' : ''} detected: ${texts.join('; ')}`);
}

export function modeOf(mode: string | undefined): 'PROVISIONED' | 'PAY_PER_REQUEST' {
  return mode === 'PAY_PER_REQUEST' ? mode : 'PROVISIONED';
}

/** Throws ValidationException when a definition is given twice. */
export function attributeTypes(definitions: readonly AttributeDefinition[]): ReadonlyMap<string, KeyType> {
  const types = new Map<string, KeyType>();
  for (const { AttributeName: name = '', AttributeType: type } of definitions) {
    if (types.has(name)) throw invalidValues(`Duplicate AttributeName in AttributeDefinitions: ${name}`);
    types.set(name, type as KeyType);
  }
  return types;
}

function readSchema(given: readonly KeySchemaElement[], types: ReadonlyMap<string, KeyType>): KeySchema {
  const [first, second] = given;
  const undefinedKeys = given.filter(({ AttributeName = '' }) => !types.has(AttributeName));
  if (undefinedKeys.length > 0) {
    const keys = given.map(({ AttributeName }) => AttributeName).join(', ');
    throw invalidValues(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
    );
  }
  if (given.length > 2) throw invalidValues('Too many KeySchema elements; expected at most 2');
  if (first && second && second.AttributeName === first.AttributeName)
    throw invalid('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  if (first?.KeyType !== 'HASH') throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (second && second.KeyType !== 'RANGE')
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  return {
    keys: given.map(({ AttributeName: name = '', KeyType: keyType = 'HASH' }) => ({ name, type: types.get(name)!, keyType })),
  };
}

function localIndex(given: LocalSecondaryIndex, table: KeySchema, types: ReadonlyMap<string, KeyType>, id: string): TableIndex {
  const name = given.IndexName ?? '';
  const [tablePartition, tableSort] = table.keys as [KeyElement, KeyElement?];
  if (!tableSort)
    throw invalidValues('Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex');
  const schema = readSchema(given.KeySchema ?? [], types);
  const [partition] = schema.keys as [KeyElement];
  if (schema.keys.length < 2) throw invalidValues(`Index KeySchema does not have a range key for index: ${name}`);
  if (partition.name !== tablePartition.name)
    throw invalidValues(
      `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${name}. index hash key: ${partition.name}, table hash key: ${tablePartition.name}`,
    );
  return { ...schema, name, id, kind: 'local', projection: readProjection(given.Projection) };
}

/** Also of UpdateTable. */
export function globalIndex(
  given: GlobalSecondaryIndex,
  types: ReadonlyMap<string, KeyType>,
  { id, mode }: { id: string; mode: Table['billing']['mode'] },
): TableIndex {
  const name = given.IndexName ?? '';
  const schema = readSchema(given.KeySchema ?? [], types);
  const throughput = readThroughput(given.ProvisionedThroughput, mode, ` for index: ${name}`);
  return { ...schema, name, id, kind: 'global', projection: readProjection(given.Projection), throughput };
}

function readProjection(given: Projection | undefined): TableIndex['projection'] {
  const type = given?.ProjectionType;
  const names = given?.NonKeyAttributes;
  if (type === undefined) throw invalidValues(`Unknown ProjectionType: null`);
  if (type === 'INCLUDE') {
    if (!names) throw invalidValues('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
    return { type, names };
  }
  if (names) throw invalidValues(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  return { type };
}

/** Throws ValidationException unless the units agree with the billing mode. */
export function readThroughput(given: ProvisionedThroughput | undefined, mode: Table['billing']['mode'], where = ''): Throughput {
  if (mode === 'PAY_PER_REQUEST') {
    if (given)
      throw invalidValues(
        where === ''
          ? 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST'
          : `ProvisionedThroughput should not be specified${where} when BillingMode is PAY_PER_REQUEST`,
      );
    return { read: 0, write: 0 };
  }
  if (given?.ReadCapacityUnits === undefined || given.WriteCapacityUnits === undefined)
    throw invalidValues(
      where === ''
        ? 'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED'
        : `ProvisionedThroughput must be specified${where}`,
    );
  const { ReadCapacityUnits: read, WriteCapacityUnits: write } = given;
  for (const [value, name] of [
    [read, 'ReadCapacityUnits'],
    [write, 'WriteCapacityUnits'],
  ] as const) {
    if (value > 1_000_000_000_000) throw invalid(`Given value ${value} for ${name} is out of bounds${where}`);
  }
  return { read, write };
}

/** There are not too many, names are distinct, and not too many attributes are projected. */
export function checkIndexes(indexes: readonly TableIndex[]): void {
  const globals = indexes.filter(({ kind }) => kind === 'global').length;
  if (indexes.length - globals > MOST_LOCAL)
    throw invalidValues(`Number of LocalSecondaryIndexes exceeds per-table limit of ${MOST_LOCAL}`);
  if (globals > MOST_GLOBAL) throw invalidValues(`GlobalSecondaryIndex count exceeds the per-table limit of ${MOST_GLOBAL}`);
  const names = new Set<string>();
  for (const { name } of indexes) {
    if (names.has(name)) throw invalidValues(`Duplicate index name: ${name}`);
    names.add(name);
  }
  const projected = indexes.reduce((sum, { projection }) => sum + (projection.names?.length ?? 0), 0);
  if (projected > MOST_PROJECTED)
    throw invalidValues(`The total number of projected attributes over all secondary indexes must not exceed ${MOST_PROJECTED}`);
}

function checkUsed(definitions: readonly AttributeDefinition[], schemas: readonly KeySchema[]): void {
  const used = new Set(keyNames(schemas));
  if (definitions.every(({ AttributeName = '' }) => used.has(AttributeName))) return;
  if (schemas.length === 1)
    throw invalidValues(
      'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  const defined = definitions.map(({ AttributeName }) => AttributeName).join(', ');
  throw invalidValues(
    `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined}], keys used: [${[...used].join(', ')}]`,
  );
}

/** All attributes that are keys somewhere, each once. */
export function keyNames(schemas: readonly KeySchema[]): readonly string[] {
  return [...keyAttributes(schemas).keys()];
}

export function keyAttributes(schemas: readonly KeySchema[]): ReadonlyMap<string, KeyType> {
  return new Map(schemas.flatMap(({ keys }) => keys.map(({ name, type }) => [name, type])));
}
