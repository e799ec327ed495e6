import { readFileSync } from 'node:fs';
import { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceName } from './contract.ts';

/** A constraint of the published model. min and max are lengths of text, lists, maps and bytes, values of numbers; e, k, v index rules. */
export interface RawRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly e?: number;
  readonly k?: number;
  readonly v?: number;
}

/**
 * What tools/extract-models.mjs writes: rows of the SDK's schema graph, in which a number n < 0 refers to row -(n + 1) and a namespace
 * of 0 is the service's own; operations and errors name their rows; members gives the rules of a structure's members by its row.
 */
interface ModelFile {
  readonly service: ServiceName;
  readonly version: string;
  readonly namespace: string;
  readonly xmlNamespace?: string;
  readonly target: string;
  readonly protocol: string;
  readonly queryCompatible: boolean;
  readonly operations: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly table: readonly unknown[][];
  readonly rules: readonly RawRule[];
  readonly members: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly checksumRequired: readonly string[];
}

export interface ErrorShape {
  readonly name: string;
  readonly namespace: string;
  readonly schema: NormalizedSchema;
  readonly status: number;
  /** The code that query clients see, and its status. */
  readonly query: { readonly code: string; readonly status: number };
  /** How this shape spells its text, `message` or `Message`; undefined when it has none. */
  readonly messageMember?: string;
}

/** One service's schemas, revived; operations are found by name. */
export interface ServiceModel extends Omit<ModelFile, 'operations' | 'errors' | 'table' | 'members'> {
  readonly operationNames: readonly string[];
  /** [9, namespace, name, traits, input, output] */
  row(operation: string): readonly unknown[] | undefined;
  /** By shape name or by query code. */
  error(code: string): ErrorShape | undefined;
  /** The rules of a structure's members, by the structure's static schema. */
  rulesOf(structure: object): Readonly<Record<string, number>> | undefined;
}

const loaded = new Map<ServiceName, ServiceModel>();

/** Loads a service's model at its first use (1 to 5 ms) and keeps it. */
export function serviceModel(service: ServiceName): ServiceModel {
  let model = loaded.get(service);
  if (!model) {
    const text = readFileSync(new URL(`./models/${service}.json`, import.meta.url), 'utf8');
    model = revive(JSON.parse(text) as ModelFile);
    loaded.set(service, model);
  }
  return model;
}

function revive(file: ModelFile): ServiceModel {
  const rows = file.table.map((row) => row.slice());
  const target = (ref: unknown): unknown => {
    if (Array.isArray(ref)) return [target(ref[0]), ref[1]];
    return typeof ref === 'number' && ref < 0 ? () => rows[-ref - 1] : ref;
  };
  for (const row of rows) {
    row[1] ||= file.namespace;
    const kind = row[0];
    if (kind === 0 || kind === 1) row[4] = target(row[4]);
    else if (kind === 2 || kind === 9) [row[4], row[5]] = [target(row[4]), target(row[5])];
    else row[5] = (row[5] as unknown[]).map(target);
  }
  const rules = new Map(Object.entries(file.members).map(([id, members]) => [rows[Number(id)] as object, members]));
  const { operations, errors, table: _table, members: _members, ...rest } = file;
  return {
    ...rest,
    operationNames: Object.keys(operations),
    row: (operation) => (Object.hasOwn(operations, operation) ? rows[operations[operation]!] : undefined),
    error: errorFinder(Object.values(errors).map((id) => rows[id]!)),
    rulesOf: (structure) => rules.get(structure),
  };
}

function errorFinder(rows: readonly unknown[][]): (code: string) => ErrorShape | undefined {
  let byCode: Map<string, ErrorShape> | undefined;
  return (code) => {
    byCode ??= indexErrors(rows);
    return byCode.get(code);
  };
}

function indexErrors(rows: readonly unknown[][]): Map<string, ErrorShape> {
  const byCode = new Map<string, ErrorShape>();
  const shapes = rows.map((row) => errorShape(row));
  for (const shape of shapes) if (!byCode.has(shape.query.code)) byCode.set(shape.query.code, shape);
  for (const shape of shapes) byCode.set(shape.name, shape);
  return byCode;
}

function errorShape(row: readonly unknown[]): ErrorShape {
  const schema = NormalizedSchema.of(row as never);
  const traits = schema.getMergedTraits() as Record<string, unknown>;
  const status = (traits.httpError as number | undefined) ?? (traits.error === 'server' ? 500 : 400);
  const query = traits.awsQueryError as [string, number] | undefined;
  const name = row[2] as string;
  return {
    name,
    namespace: row[1] as string,
    schema,
    status,
    query: { code: query?.[0] ?? name, status: query?.[1] ?? status },
    messageMember: (row[4] as string[]).find((member) => member.toLowerCase() === 'message'),
  };
}
