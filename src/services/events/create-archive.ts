import type { CreateArchiveRequest, CreateArchiveResponse } from '@aws-sdk/client-eventbridge';
import type { Operation } from '../../model/index.ts';
import { archiveArn, archives } from './archives.ts';
import { changed, ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { archiveSettings, checkArchive } from './found-archive.ts';
import { alreadyThere } from './refusals.ts';

/** CreateArchive: from now on it keeps a copy of each event of the bus that matches, before the event is answered. */
export function createArchive({ store }: EventsDeps): Operation<CreateArchiveRequest, CreateArchiveResponse> {
  return async (input, context) => {
    checkArchive(input);
    const { account, region, now } = context;
    return store.transact(async (tx) => {
      const name = input.ArchiveName!;
      const bus = await ownBus(tx, context, input.EventSourceArn);
      if (await tx.get(archives, [account, region, name])) throw alreadyThere(`Archive ${name}`);
      const fresh = { account, region, name, bus: bus.arn, retentionDays: 0, created: now, events: 0, bytes: 0, nextSeq: 1 };
      const archive = { ...fresh, ...archiveSettings(input) };
      await tx.put(archives, archive);
      await changed(tx, bus, { archives: bus.archives + 1 });
      return { ArchiveArn: archiveArn(archive), State: 'ENABLED', CreationTime: new Date(now) };
    });
  };
}
