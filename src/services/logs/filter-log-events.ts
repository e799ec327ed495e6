import type { FilterLogEventsRequest, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Reader } from '../../kernel/index.ts';
import {
  compileLogFilter,
  eventId,
  type LogGroup,
  type LogPlace,
  type Operation,
  placeToken,
  readPlace,
} from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, groupNameOf, invalid, streamNamed } from './found.ts';
import { readLog } from './read-log.ts';
import { streamNames } from './stream-names.ts';

const MAX_BYTES = 1024 * 1024;

async function ids(read: Reader, group: LogGroup, names: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(names.map((name) => streamNamed(read, group, name)));
  return new Set(found.map((stream) => stream.id));
}

function readToken(token: string | undefined): LogPlace | undefined {
  if (token === undefined) return undefined;
  const place = readPlace(token);
  if (!place) throw invalid('The specified nextToken is invalid.');
  return place;
}

/** FilterLogEvents: events of all or some streams in the order of time (spec/backends.md §9). */
export function filterLogEvents(deps: LogsDeps): Operation<FilterLogEventsRequest, FilterLogEventsResponse> {
  return async (input, context) => {
    const names = input.logStreamNames;
    const prefix = input.logStreamNamePrefix;
    if (names && prefix !== undefined) throw invalid('logStreamNames and logStreamNamePrefix cannot both be specified.');
    const filter = compileLogFilter(input.filterPattern ?? '');
    const group = await groupNamed(deps.store.read, context, groupNameOf(input));
    const wanted = names && (await ids(deps.store.read, group, names));
    const after = readToken(input.nextToken);
    const nameOf = await streamNames(deps.store.read, group.id, prefix);
    const walked = await readLog(deps.store.read, {
      group: group.id,
      ...(wanted?.size === 1 ? { stream: [...wanted][0]! } : {}),
      from: input.startTime ?? 0,
      to: (input.endTime ?? Number.MAX_SAFE_INTEGER - 1) + 1,
      ...(after ? { after } : {}),
      backwards: false,
      limit: input.limit ?? 10_000,
      maxBytes: MAX_BYTES,
      matches: (event) => (!wanted || wanted.has(event.stream)) && nameOf.has(event.stream) && filter(event.text.trimEnd()),
    });
    const events = walked.events.map((event) => ({
      logStreamName: nameOf.get(event.stream)!,
      timestamp: event.time,
      message: event.text,
      ingestionTime: event.ingested,
      eventId: eventId(event),
    }));
    return { events, searchedLogStreams: [], ...(walked.next ? { nextToken: placeToken(walked.next) } : {}) };
  };
}
