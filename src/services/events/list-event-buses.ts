import type { ListEventBusesRequest, ListEventBusesResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import { eventBuses, type Operation } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { pageOf } from './page.ts';
import { shownBus } from './shown-bus.ts';

/** ListEventBuses by name; the default one is always there. */
export function listEventBuses({ store }: EventsDeps): Operation<ListEventBusesRequest, ListEventBusesResponse> {
  return async (input, context) => {
    const { account, region } = context;
    const rows = await allRows(store.read, eventBuses, { index: 'place', prefix: [account, region] });
    const others = rows.filter(({ name }) => name !== 'default');
    const all = [await ownBus(store.read, context, 'default'), ...others];
    const wanted = all.filter(({ name }) => name.startsWith(input.NamePrefix ?? '')).sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, ...next } = pageOf(wanted, ({ name }) => name, input);
    return { EventBuses: items.map(shownBus), ...next };
  };
}
