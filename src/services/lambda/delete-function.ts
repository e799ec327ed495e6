import type { DeleteFunctionRequest, DeleteFunctionResponse } from '@aws-sdk/client-lambda';
import type { Transaction } from '../../kernel/index.ts';
import { bareArn, conflict, type FunctionRef, invalidParameter, type Operation, readQualifier } from '../../model/index.ts';
import {
  aliases,
  asyncSettings,
  functions,
  policies,
  preparations,
  type StoredFunction,
  tags,
  urls,
  versions,
} from './collections.ts';
import type { Lambda } from './deps.ts';
import { changeUsage, release } from './editions.ts';
import { findFunction, ownRef } from './lookup.ts';
import { each } from './paging.ts';

/** DeleteFunction: all of it, or one published version that no alias uses (spec/lambda-api.md §3.2, §4.5). */
export function deleteFunction(lambda: Lambda): Operation<DeleteFunctionRequest, DeleteFunctionResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'DeleteFunction', input.FunctionName, input.Qualifier);
    const qualified = readQualifier(ref.qualifier);
    if (ref.qualifier === '$LATEST') throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    const bare = { ...ref, qualifier: undefined };
    const reserved = await lambda.store.transact(async (tx) => {
      const fn = await findFunction(tx, bare);
      if (qualified.kind === 'alias') throw invalidParameter('Deletion of aliases is not currently supported.');
      if (qualified.kind === 'version') {
        await deleteVersion(lambda, tx, bare, qualified.version);
        return 0;
      }
      await deleteAll(lambda, tx, fn);
      return fn.reserved ?? 0;
    });
    if (reserved > 0) lambda.reservedChanged(ref, -reserved);
    if (qualified.kind === 'version') lambda.retire(bareArn(ref), undefined, String(qualified.version));
    else lambda.retire(bareArn(ref));
    return { StatusCode: 204 };
  };
}

async function deleteVersion(lambda: Lambda, tx: Transaction, ref: FunctionRef, number: number): Promise<void> {
  const key = [ref.account, ref.region, ref.name];
  const version = await tx.get(versions, [...key, number]);
  if (!version) return;
  for await (const alias of each(tx, aliases, key))
    if (alias.target === String(number) || alias.second?.version === String(number))
      throw conflict(`Version ${number} cannot be deleted: alias ${alias.alias} points to it.`);
  await release(lambda, tx, ref, version.edition);
  await tx.delete(versions, [...key, number]);
  await tx.delete(policies, [...key, String(number)]);
  await tx.delete(asyncSettings, [...key, String(number)]);
}

async function deleteAll(lambda: Lambda, tx: Transaction, fn: StoredFunction): Promise<void> {
  const key = [fn.account, fn.region, fn.name];
  for (const edition of fn.live ? [fn.latest, fn.live] : [fn.latest]) await release(lambda, tx, fn, edition);
  for (const { version, edition } of await all(tx, versions, key)) {
    await release(lambda, tx, fn, edition);
    await tx.delete(versions, [...key, version]);
  }
  for (const { alias } of await all(tx, aliases, key)) await tx.delete(aliases, [...key, alias]);
  for (const { qualifier } of await all(tx, policies, key)) await tx.delete(policies, [...key, qualifier]);
  for (const { qualifier } of await all(tx, asyncSettings, key)) await tx.delete(asyncSettings, [...key, qualifier]);
  const found = await tx.range(urls, { index: 'function', prefix: key, limit: 1000 });
  for (const { id } of found.items) await tx.delete(urls, [id]);
  for (const collection of [tags, preparations, functions]) await tx.delete(collection as never, key);
  await changeUsage(lambda, tx, fn, { codeBytes: 0, functions: -1 });
}

// Read whole before anything is deleted: a page's position must not go away below it.
async function all<D>(tx: Transaction, collection: Parameters<typeof each<D>>[1], key: readonly string[]): Promise<D[]> {
  return Array.fromAsync(each(tx, collection, key));
}
