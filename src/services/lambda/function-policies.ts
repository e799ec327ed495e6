import type { Reader, Transaction } from '../../kernel/index.ts';
import { type FunctionRef, readQualifier, revisionMismatch } from '../../model/index.ts';
import { aliases, functions, policies, type StoredPolicy, versions } from './collections.ts';
import type { Lambda } from './deps.ts';
import { revised } from './editions.ts';
import { findEdition } from './lookup.ts';

/** Where the policy of a function, version or alias is kept. */
export function policyKey({ account, region, name, qualifier }: FunctionRef): [string, string, string, string] {
  return [account, region, name, qualifier === undefined || qualifier === '$LATEST' ? '' : qualifier];
}

export async function storedStatements(tx: Transaction, ref: FunctionRef): Promise<StoredPolicy['statements']> {
  return (await tx.get(policies, policyKey(ref)))?.statements ?? [];
}

/** Replaces the statements and gives the function, version or alias a new revision, which is the policy's too (spec/lambda-api.md §4.4). */
export async function replacePolicy(
  lambda: Lambda,
  tx: Transaction,
  ref: FunctionRef,
  statements: StoredPolicy['statements'],
): Promise<void> {
  const [account, region, name, qualifier] = policyKey(ref);
  if (statements.length === 0) await tx.delete(policies, policyKey(ref));
  else await tx.put(policies, { account, region, name, qualifier, statements });
  const { fn, edition, version, alias } = await findEdition(tx, ref);
  if (alias) await tx.put(aliases, { ...alias, revision: lambda.ids.uuid() });
  else if (version === '$LATEST') await tx.put(functions, { ...fn, latest: revised(lambda, fn.latest) });
  else {
    const found = await tx.get(versions, [account, region, name, Number(version)]);
    await tx.put(versions, { ...found!, edition: revised(lambda, edition) });
  }
}

/** The revision that a policy goes by. */
export async function policyRevision(from: Reader, ref: FunctionRef): Promise<string> {
  const { edition, alias } = await findEdition(from, ref);
  return readQualifier(ref.qualifier).kind === 'alias' ? alias!.revision : edition.revision;
}

/** Throws PreconditionFailedException when the caller knows another revision. */
export async function checkPolicyRevision(tx: Transaction, ref: FunctionRef, known: string | undefined): Promise<void> {
  if (known !== undefined && known !== (await policyRevision(tx, ref))) throw revisionMismatch('GetPolicy');
}
