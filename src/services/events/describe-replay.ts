import type { DescribeReplayRequest, DescribeReplayResponse } from '@aws-sdk/client-eventbridge';
import type { Operation } from '../../model/index.ts';
import type { EventsDeps } from './deps.ts';
import { foundReplay, replayArn, shownReplay } from './found-replay.ts';

/** DescribeReplay. */
export function describeReplay({ store }: EventsDeps): Operation<DescribeReplayRequest, DescribeReplayResponse> {
  return async (input, context) => {
    const replay = await foundReplay(store.read, context, input.ReplayName!);
    const { description, bus, rules } = replay;
    return {
      ...shownReplay(replay),
      ReplayArn: replayArn(replay),
      Destination: { Arn: bus, FilterArns: rules ? [...rules] : [] },
      ...(description === undefined ? {} : { Description: description }),
    };
  };
}
