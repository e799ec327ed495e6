import type { UpdateEventBusRequest, UpdateEventBusResponse } from '@aws-sdk/client-eventbridge';
import { eventBuses, type Operation } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { refuseBusSettings } from './shown-bus.ts';

/** UpdateEventBus: its description is what can be changed. */
export function updateEventBus({ store }: EventsDeps): Operation<UpdateEventBusRequest, UpdateEventBusResponse> {
  return async (input, context) => {
    refuseBusSettings(input);
    return store.transact(async (tx) => {
      const bus = await ownBus(tx, context, input.Name);
      const description = input.Description ?? bus.description;
      const said = description === undefined ? {} : { description };
      await tx.put(eventBuses, { ...bus, ...said, modified: context.now });
      return { Arn: bus.arn, Name: bus.name, ...(description === undefined ? {} : { Description: description }) };
    });
  };
}
