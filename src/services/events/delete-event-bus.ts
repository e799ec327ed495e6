import type { DeleteEventBusRequest } from '@aws-sdk/client-eventbridge';
import { eventBuses, eventRules, type Operation } from '../../model/index.ts';
import { busRef } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { invalid } from './refusals.ts';

/** DeleteEventBus: content with one that is not there; the default one, and one with rules, stay. Its archives stay too. */
export function deleteEventBus({ store }: EventsDeps): Operation<DeleteEventBusRequest> {
  return async (input, context) => {
    const { arn, name, account, region } = busRef(context, input.Name);
    if (name === 'default') throw invalid('Cannot delete event bus default.');
    if (account !== context.account || region !== context.region) return {};
    await store.transact(async (tx) => {
      if ((await tx.count(eventRules, [arn])) > 0) throw invalid(`Cannot delete event bus ${name} because it has rules.`);
      await tx.delete(eventBuses, [arn]);
    });
    return {};
  };
}
