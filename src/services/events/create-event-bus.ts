import type { CreateEventBusRequest, CreateEventBusResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import { busArn, eventBuses, type Operation } from '../../model/index.ts';
import { archives } from './archives.ts';
import type { EventsDeps } from './deps.ts';
import { alreadyThere, invalid, tooMany } from './refusals.ts';
import { refuseBusSettings } from './shown-bus.ts';
import { checkedTags } from './tags.ts';

const MOST_BUSES = 100;

/** CreateEventBus (spec/backends.md §8.1): at most 100 with the default one. */
export function createEventBus({ store }: EventsDeps): Operation<CreateEventBusRequest, CreateEventBusResponse> {
  return async (input, { account, region, now }) => {
    refuseBusSettings(input);
    const name = input.Name!;
    if (name.includes('/')) throw invalid("Event bus name must not contain '/'.");
    const arn = busArn(region, account, name);
    const tags = checkedTags(input.Tags);
    const description = input.Description;
    await store.transact(async (tx) => {
      if (name === 'default' || (await tx.get(eventBuses, [arn]))) throw alreadyThere(`Event bus ${name}`);
      const others = await allRows(tx, eventBuses, { index: 'place', prefix: [account, region] });
      if (others.filter((bus) => bus.name !== 'default').length >= MOST_BUSES - 1) throw tooMany();
      const kept = await allRows(tx, archives, { index: 'bus', prefix: [arn] });
      const said = { ...(description === undefined ? {} : { description }), ...(tags ? { tags } : {}) };
      // A bus that was there before under this name must not look unchanged to who has its rules in memory.
      await tx.put(eventBuses, {
        arn,
        account,
        region,
        name,
        created: now,
        modified: now,
        revision: now,
        archives: kept.length,
        ...said,
      });
    });
    return { EventBusArn: arn, ...(description === undefined ? {} : { Description: description }) };
  };
}
