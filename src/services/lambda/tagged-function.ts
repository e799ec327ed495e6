import type { Transaction } from '../../kernel/index.ts';
import { type FunctionRef, invalidParameter, notFound, type OperationContext, parseArn } from '../../model/index.ts';
import { functions, tags } from './collections.ts';
import type { Lambda } from './deps.ts';
import { revised } from './editions.ts';
import { findFunction, ownRef } from './lookup.ts';

/** The function that a tag operation names: by an unqualified ARN only (spec/lambda-api.md §11). */
export function taggedRef(context: OperationContext, action: string, arn = ''): FunctionRef {
  if (!parseArn(arn)?.resource.startsWith('function:')) throw notFound(`The resource ${arn} cannot be tagged here.`);
  const ref = ownRef(context, action, arn);
  if (ref.qualifier !== undefined)
    throw invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');
  return ref;
}

/** Replaces a function's tags by what change makes of them; a new revision, as on AWS. */
export async function changeTags(
  lambda: Lambda,
  tx: Transaction,
  ref: FunctionRef,
  change: (before: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<void> {
  const { account, region, name } = ref;
  const fn = await findFunction(tx, ref);
  const after = change((await tx.get(tags, [account, region, name]))?.tags ?? {});
  if (Object.keys(after).length > 50) throw invalidParameter('Number of tags exceeds resource tag limit.');
  if (Object.keys(after).length === 0) await tx.delete(tags, [account, region, name]);
  else await tx.put(tags, { account, region, name, tags: after });
  await tx.put(functions, { ...fn, latest: revised(lambda, fn.latest) });
}
