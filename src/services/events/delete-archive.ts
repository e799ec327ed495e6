import type { DeleteArchiveRequest } from '@aws-sdk/client-eventbridge';
import { eventBuses, type Operation } from '../../model/index.ts';
import { archives } from './archives.ts';
import { changed } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { foundArchive } from './found-archive.ts';

/** DeleteArchive: its events go behind, and replays of it end. */
export function deleteArchive({ store }: EventsDeps): Operation<DeleteArchiveRequest> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const archive = await foundArchive(tx, context, input.ArchiveName!);
      await tx.delete(archives, [archive.account, archive.region, archive.name]);
      const bus = await tx.get(eventBuses, [archive.bus]);
      if (bus) await changed(tx, bus, { archives: Math.max(0, bus.archives - 1) });
    });
    return {};
  };
}
