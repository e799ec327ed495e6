import type { Key, Reader } from '../../kernel/index.ts';
import { type Place, parseArn } from '../../model/index.ts';
import { type Table, tables } from './collections.ts';
import { invalid, resourceNotFound, tableNotFound } from './refusals.ts';

/** Which table is meant; its key in the collection of tables. */
export interface TableRef extends Place {
  readonly name: string;
}

const NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

/** The table that a TableName means: a name, or an ARN (spec/backends.md §3.1). Throws ValidationException. */
export function tableRef(place: Place, nameOrArn: string | undefined): TableRef {
  const given = nameOrArn ?? '';
  if (!given.startsWith('arn:')) return { account: place.account, region: place.region, name: checked(given) };
  const arn = parseArn(given);
  const found = /^table\/([^/]+)$/.exec(arn?.resource ?? '');
  if (arn?.service !== 'dynamodb' || !found) throw invalid('Invalid TableArn');
  if (arn.region !== place.region)
    throw invalid(`Invalid TableArn: the table is in ${arn.region}, the request came to ${place.region}`);
  return { account: arn.account, region: arn.region, name: checked(found[1]!) };
}

function checked(name: string): string {
  if (NAME.test(name)) return name;
  if (name.length < 3 || name.length > 255)
    throw invalid('TableName must be at least 3 characters long and at most 255 characters long');
  throw invalid(
    `1 validation error detected: Value '${name}' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
  );
}

export function tableKey({ account, region, name }: TableRef): Key {
  return [account, region, name];
}

export function tableArn({ account, region, name }: TableRef): string {
  return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
}

/** The table for an operation on items, or ResourceNotFoundException. */
export async function tableOf(from: Reader, ref: TableRef): Promise<Table> {
  const table = await from.get(tables, tableKey(ref));
  if (!table) throw resourceNotFound();
  return table;
}

/** The table for an operation on tables: the refusal names it. */
export async function tableNamed(from: Reader, ref: TableRef): Promise<Table> {
  const table = await from.get(tables, tableKey(ref));
  if (!table) throw tableNotFound(ref.name);
  return table;
}
