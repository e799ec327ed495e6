import type { ListReplaysRequest, ListReplaysResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { replays } from './collections.ts';
import type { EventsDeps } from './deps.ts';
import { shownReplay } from './found-replay.ts';
import { pageOf } from './page.ts';
import { invalid } from './refusals.ts';

/** ListReplays by name, of one archive or all. */
export function listReplays({ store }: EventsDeps): Operation<ListReplaysRequest, ListReplaysResponse> {
  return async (input, context) => {
    const { EventSourceArn, NamePrefix = '', State } = input;
    if ([EventSourceArn, input.NamePrefix, State].filter((one) => one !== undefined).length > 1) {
      throw invalid('At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.');
    }
    const all = await allRows(store.read, replays, { prefix: [context.account, context.region] });
    const wanted = all.filter(
      ({ name, archive, state }) =>
        name.startsWith(NamePrefix) &&
        (EventSourceArn === undefined || archive === EventSourceArn) &&
        (State === undefined || state === State),
    );
    const { items, ...next } = pageOf(wanted, ({ name }) => name, input);
    return { Replays: items.map(shownReplay), ...next };
  };
}
