import type { Reader } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';
import { type Replay, replays } from './collections.ts';
import { missing } from './refusals.ts';

/** A replay of the caller's own place. Throws ResourceNotFoundException. */
export async function foundReplay(from: Reader, { account, region }: Place, name: string): Promise<Replay> {
  const replay = await from.get(replays, [account, region, name]);
  if (!replay) throw missing(`Replay ${name} does not exist.`);
  return replay;
}

export function replayArn({ region, account, name }: Pick<Replay, 'region' | 'account' | 'name'>): string {
  return `arn:aws:events:${region}:${account}:replay/${name}`;
}

/** A replay as DescribeReplay and ListReplays show it. */
export function shownReplay({ name, archive, state, reason, start, end, began, ended, at }: Replay) {
  return {
    ReplayName: name,
    EventSourceArn: archive,
    State: state,
    ...(reason === undefined ? {} : { StateReason: reason }),
    EventStartTime: new Date(start),
    EventEndTime: new Date(end),
    ReplayStartTime: new Date(began),
    ...(ended === undefined ? {} : { ReplayEndTime: new Date(ended) }),
    ...(at === undefined ? {} : { EventLastReplayedTime: new Date(at.time) }),
  };
}
