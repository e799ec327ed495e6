import type { DescribeEventBusRequest, DescribeEventBusResponse } from '@aws-sdk/client-eventbridge';
import type { Operation } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { shownBus } from './shown-bus.ts';

/** DescribeEventBus, of the default one when none is named. */
export function describeEventBus({ store }: EventsDeps): Operation<DescribeEventBusRequest, DescribeEventBusResponse> {
  return async (input, context) => shownBus(await ownBus(store.read, context, input.Name));
}
