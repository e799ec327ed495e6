import type { GetLogEventsRequest, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { type LogPlace, type Operation, placeToken, readPlace } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, groupNameOf, invalid, streamNamed } from './found.ts';
import { readLog } from './read-log.ts';

const MAX_BYTES = 1024 * 1024;
/** Stands for no place yet: from the head, or from the end. */
const EMPTY = '0';

/** Tokens are never null; the same one given back means that there is nothing more that way (spec/backends.md §9). */
function readToken(token: string | undefined): { backwards: boolean; place?: LogPlace } | undefined {
  if (token === undefined) return undefined;
  const found = /^([fb])\/([0-9a-f.]{1,80})\/s$/.exec(token);
  const place = found && found[2] !== EMPTY ? readPlace(found[2]!) : undefined;
  if (!found || (found[2] !== EMPTY && !place)) throw invalid('The specified nextToken is invalid.');
  return { backwards: found[1] === 'b', ...(place ? { place } : {}) };
}

/** GetLogEvents: one stream, the newest page first unless startFromHead (spec/backends.md §9). */
export function getLogEvents(deps: LogsDeps): Operation<GetLogEventsRequest, GetLogEventsResponse> {
  return async (input, context) => {
    const group = await groupNamed(deps.store.read, context, groupNameOf(input));
    const stream = await streamNamed(deps.store.read, group, input.logStreamName!);
    const token = readToken(input.nextToken);
    const backwards = token ? token.backwards : !(input.startFromHead ?? false);
    const walked = await readLog(deps.store.read, {
      group: group.id,
      stream: stream.id,
      from: input.startTime ?? 0,
      to: input.endTime ?? Number.MAX_SAFE_INTEGER,
      ...(token?.place ? { after: token.place } : {}),
      backwards,
      limit: input.limit ?? 10_000,
      maxBytes: MAX_BYTES,
    });
    const events = backwards ? walked.events.toReversed() : walked.events;
    const start = token?.place;
    const [low, high] = [events[0] ?? walked.next ?? start, events.at(-1) ?? walked.next ?? start];
    return {
      events: events.map((event) => ({ timestamp: event.time, message: event.text, ingestionTime: event.ingested })),
      nextForwardToken: `f/${high ? placeToken(high) : EMPTY}/s`,
      nextBackwardToken: `b/${low ? placeToken(low) : EMPTY}/s`,
    };
  };
}
