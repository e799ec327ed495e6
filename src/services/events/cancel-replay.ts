import type { CancelReplayRequest, CancelReplayResponse } from '@aws-sdk/client-eventbridge';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { replays } from './collections.ts';
import type { EventsDeps } from './deps.ts';
import { foundReplay, replayArn } from './found-replay.ts';

/** CancelReplay: no event comes after it, but those that came are not taken back. */
export function cancelReplay({ store }: EventsDeps): Operation<CancelReplayRequest, CancelReplayResponse> {
  return async (input, context) => {
    return store.transact(async (tx) => {
      const { active, ...replay } = await foundReplay(tx, context, input.ReplayName!);
      if (active === undefined) {
        throw fail('IllegalStatusException', `Replay ${replay.name} is not in a valid state for this operation.`);
      }
      await tx.put(replays, { ...replay, state: 'CANCELLED', ended: context.now });
      return { ReplayArn: replayArn(replay), State: 'CANCELLING' };
    });
  };
}
