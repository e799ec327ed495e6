import type { ListArchivesRequest, ListArchivesResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { archives } from './archives.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { shownArchive } from './found-archive.ts';
import { pageOf } from './page.ts';
import { invalid } from './refusals.ts';

/** ListArchives by name, of one bus or all. */
export function listArchives({ store }: EventsDeps): Operation<ListArchivesRequest, ListArchivesResponse> {
  return async (input, context) => {
    const { EventSourceArn, NamePrefix, State } = input;
    if ([EventSourceArn, NamePrefix, State].filter((one) => one !== undefined).length > 1) {
      throw invalid('At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.');
    }
    const bus = EventSourceArn === undefined ? undefined : await ownBus(store.read, context, EventSourceArn);
    const all = await allRows(store.read, archives, { prefix: [context.account, context.region] });
    const wanted = all.filter(
      (one) => one.name.startsWith(NamePrefix ?? '') && (!bus || one.bus === bus.arn) && (State ?? 'ENABLED') === 'ENABLED',
    );
    const { items, ...next } = pageOf(wanted, ({ name }) => name, input);
    return { Archives: items.map(shownArchive), ...next };
  };
}
