import type { StartReplayRequest, StartReplayResponse } from '@aws-sdk/client-eventbridge';
import { allRows, type Transaction } from '../../kernel/index.ts';
import { type EventBus, type Operation, type Place, parseArn } from '../../model/index.ts';
import { type Archive, archiveArn, archives } from './archives.ts';
import { ownBus } from './bus-ref.ts';
import { type Replay, replays } from './collections.ts';
import type { EventsDeps } from './deps.ts';
import { replayArn } from './found-replay.ts';
import { alreadyThere, invalid, tooMany } from './refusals.ts';

const MOST_ACTIVE = 10;

/** StartReplay: the archive's events of a time come again, in their order, on their bus; wake begins it at once. */
export function startReplay({ store }: EventsDeps, wake: () => void): Operation<StartReplayRequest, StartReplayResponse> {
  return async (input, context) => {
    const [start, end] = [input.EventStartTime!.getTime(), input.EventEndTime!.getTime()];
    if (end <= start) {
      throw invalid('Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.');
    }
    const replay = await store.transact(async (tx) => {
      const { archive, bus } = await sourceOf(tx, context, input);
      const { account, region } = context;
      const name = input.ReplayName!;
      if (await tx.get(replays, [account, region, name])) throw alreadyThere(`Replay ${name}`);
      const active = await allRows(tx, replays, { index: 'active', prefix: [`${account}/${region}`] });
      if (active.length >= MOST_ACTIVE) throw tooMany();
      const rules = input.Destination!.FilterArns;
      const made: Replay = {
        ...{ account, region, name, archive: archiveArn(archive), bus: bus.arn, start, end, began: context.now },
        ...(rules && rules.length > 0 ? { rules } : {}),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        state: 'STARTING',
        active: `${account}/${region}`,
      };
      await tx.put(replays, made);
      return made;
    });
    wake();
    return { ReplayArn: replayArn(replay), State: 'STARTING', ReplayStartTime: new Date(replay.began) };
  };
}

async function sourceOf(
  tx: Transaction,
  place: Place,
  { EventSourceArn, Destination }: StartReplayRequest,
): Promise<{ readonly archive: Archive; readonly bus: EventBus }> {
  const to = parseArn(Destination!.Arn!);
  if (to?.service !== 'events' || !to.resource.startsWith('event-bus/')) {
    throw invalid('Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.');
  }
  const bus = await ownBus(tx, place, Destination!.Arn);
  const { resource = '', account = '', region = '' } = parseArn(EventSourceArn!) ?? {};
  const name = resource.slice('archive/'.length);
  const archive = resource.startsWith('archive/') ? await tx.get(archives, [account, region, name]) : undefined;
  if (!archive || archive.account !== place.account || archive.region !== place.region) {
    throw invalid(`Parameter EventSourceArn is not valid. Reason: Archive ${name} does not exist.`);
  }
  if (archive.bus !== bus.arn) {
    throw invalid('Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.');
  }
  return { archive, bus };
}
