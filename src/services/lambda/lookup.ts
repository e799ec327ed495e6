import type { Reader } from '../../kernel/index.ts';
import {
  accessDenied,
  bareArn,
  checkRegion,
  type FunctionRef,
  functionNotFound,
  functionRef,
  notFound,
  type OperationContext,
  readQualifier,
  refArn,
} from '../../model/index.ts';
import {
  aliases,
  type Edition,
  functions,
  type StoredAlias,
  type StoredFunction,
  type StoredVersion,
  versions,
} from './collections.ts';

/** A function as a caller of its own account named it. Throws for other regions and accounts (spec/lambda-api.md §3.2). */
export function ownRef(context: OperationContext, action: string, text = '', qualifier?: string): FunctionRef {
  const ref = functionRef({ account: context.account, region: context.region }, text, qualifier);
  checkRegion(ref, context.region);
  if (ref.account !== context.account) throw accessDenied(context.principal.arn, `lambda:${action}`, refArn(ref));
  return ref;
}

/** Throws ResourceNotFoundException; arn is how the text names what was not found. */
export async function findFunction(from: Reader, ref: FunctionRef, arn = refArn(ref)): Promise<StoredFunction> {
  const found = await from.get(functions, [ref.account, ref.region, ref.name]);
  if (!found) throw functionNotFound(arn);
  return found;
}

export async function findVersion(from: Reader, ref: FunctionRef, version: number): Promise<StoredVersion> {
  const found = await from.get(versions, [ref.account, ref.region, ref.name, version]);
  if (!found) throw functionNotFound(`${bareArn(ref)}:${version === 0 ? ref.qualifier : version}`);
  return found;
}

export async function findAlias(from: Reader, ref: FunctionRef, alias: string): Promise<StoredAlias | undefined> {
  return from.get(aliases, [ref.account, ref.region, ref.name, alias]);
}

/** What a reference leads to. For an alias: the version it points to first. */
export interface Found {
  readonly fn: StoredFunction;
  readonly edition: Edition;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly alias?: StoredAlias;
}

/** Throws ResourceNotFoundException with the qualified ARN for whatever is missing. */
export async function findEdition(from: Reader, ref: FunctionRef): Promise<Found> {
  const fn = await findFunction(from, ref);
  const qualified = readQualifier(ref.qualifier);
  if (qualified.kind === 'latest') return { fn, edition: fn.latest, version: '$LATEST' };
  if (qualified.kind === 'version') return versionOf(from, ref, fn, qualified.version);
  const alias = await findAlias(from, ref, qualified.alias);
  if (!alias) throw functionNotFound(refArn(ref));
  if (alias.target === '$LATEST') return { fn, edition: fn.latest, version: '$LATEST', alias };
  return { ...(await versionOf(from, ref, fn, Number(alias.target))), alias };
}

async function versionOf(from: Reader, ref: FunctionRef, fn: StoredFunction, version: number): Promise<Found> {
  const { edition } = await findVersion(from, ref, version);
  return { fn, edition, version: String(version) };
}

/** Throws ResourceNotFoundException `Cannot find alias arn: …` for an alias, `Function not found: …` for all else that is missing. */
export async function checkQualified(from: Reader, ref: FunctionRef): Promise<StoredFunction> {
  const fn = await findFunction(from, ref, bareArn(ref));
  const qualified = readQualifier(ref.qualifier);
  if (qualified.kind === 'version') await findVersion(from, ref, qualified.version);
  if (qualified.kind === 'alias' && !(await findAlias(from, ref, qualified.alias)))
    throw notFound(`Cannot find alias arn: ${refArn(ref)}`);
  return fn;
}
