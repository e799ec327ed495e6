import { fail, type Transaction } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';
import { type Edition, usages } from './collections.ts';
import type { Lambda } from './deps.ts';

/** Takes the references that a stored edition holds, and counts its code. Throws CodeStorageExceededException. */
export async function hold(lambda: Lambda, tx: Transaction, place: Place, edition: Edition): Promise<void> {
  if (!edition.image) await tx.linkBlob(edition.code.hash);
  for (const layer of edition.layers) await tx.linkBlob(layer.hash);
  await changeUsage(lambda, tx, place, { codeBytes: edition.code.size, functions: 0 });
}

/** Gives back what hold took. */
export async function release(lambda: Lambda, tx: Transaction, place: Place, edition: Edition): Promise<void> {
  if (!edition.image) await tx.dropBlob(edition.code.hash);
  for (const layer of edition.layers) await tx.dropBlob(layer.hash);
  await changeUsage(lambda, tx, place, { codeBytes: -edition.code.size, functions: 0 });
}

/** Adds to what the account uses. Throws CodeStorageExceededException when code grows beyond the limit. */
export async function changeUsage(
  lambda: Lambda,
  tx: Transaction,
  place: Place,
  by: { readonly codeBytes: number; readonly functions: number },
): Promise<void> {
  const { account, region } = place;
  const before = await tx.get(usages, [account, region]);
  const codeBytes = (before?.codeBytes ?? 0) + by.codeBytes;
  if (by.codeBytes > 0 && codeBytes > lambda.settings.codeStorageBytes)
    throw fail('CodeStorageExceededException', 'Code storage limit exceeded.', { fields: { Type: 'User' } });
  await tx.put(usages, { account, region, codeBytes, functions: (before?.functions ?? 0) + by.functions });
}

/** The same code and configuration under another revision: what AWS does for every change of state, policy or tags. */
export function revised(lambda: Lambda, edition: Edition): Edition {
  return { ...edition, revision: lambda.ids.uuid() };
}
