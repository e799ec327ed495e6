import { fail, isFailure } from '../../kernel/index.ts';
import { entryFailure } from './refusals.ts';

const MOST = 10;

type Entry = { readonly Id: string | undefined };

/** Checks the entries of a batch request as a whole. Throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct. */
export function checkEntries<E extends Entry>(
  entries: readonly E[] | undefined,
  operation: string,
): readonly (E & { Id: string })[] {
  if (!entries || entries.length === 0)
    throw fail('EmptyBatchRequest', `There should be at least one ${operation}RequestEntry in the request.`);
  if (entries.length > MOST)
    throw fail(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MOST}. You have sent ${entries.length}.`,
    );
  const seen = new Set<string>();
  for (const { Id = '' } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id))
      throw fail(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    if (seen.has(Id)) throw fail('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    seen.add(Id);
  }
  return entries as readonly (E & { Id: string })[];
}

export type Failed = ReturnType<typeof entryFailure>;

/** What work gives for each entry; entries that are refused go to failed, and only defects are thrown. */
export async function eachEntry<E extends { readonly Id: string }, R>(
  entries: readonly E[],
  failed: Failed[],
  work: (entry: E) => R | Promise<R>,
): Promise<{ readonly entry: E; readonly result: R }[]> {
  const done: { entry: E; result: R }[] = [];
  for (const entry of entries) {
    try {
      done.push({ entry, result: await work(entry) });
    } catch (error) {
      if (!isFailure(error) || error.fault !== 'caller') throw error;
      failed.push(entryFailure(entry.Id, error));
    }
  }
  return done;
}
