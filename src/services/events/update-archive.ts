import type { UpdateArchiveRequest, UpdateArchiveResponse } from '@aws-sdk/client-eventbridge';
import type { Operation } from '../../model/index.ts';
import { archiveArn, archives } from './archives.ts';
import type { EventsDeps } from './deps.ts';
import { archiveSettings, checkArchive, foundArchive } from './found-archive.ts';
import { invalid } from './refusals.ts';

/** UpdateArchive: what is given replaces what was. */
export function updateArchive({ store }: EventsDeps): Operation<UpdateArchiveRequest, UpdateArchiveResponse> {
  return async (input, context) => {
    const { EventPattern, RetentionDays, Description } = input;
    if (EventPattern === undefined && RetentionDays === undefined && Description === undefined) {
      throw invalid('At least one of EventPattern, RetentionDays or Description must be provided.');
    }
    checkArchive(input);
    return store.transact(async (tx) => {
      const archive = await foundArchive(tx, context, input.ArchiveName!);
      await tx.put(archives, { ...archive, ...archiveSettings(input) });
      return { ArchiveArn: archiveArn(archive), State: 'ENABLED', CreationTime: new Date(archive.created) };
    });
  };
}
