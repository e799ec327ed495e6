import type {
  PutEventsRequest,
  PutEventsRequestEntry,
  PutEventsResponse,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { type BusEvent, eventTime, type Operation, type OperationContext } from '../../model/index.ts';
import { acceptEvents, isDetail } from './accept-events.ts';
import { busRef, findBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { invalid, notImplemented } from './refusals.ts';

const LARGEST = 1_048_576;

/**
 * PutEvents (spec/backends.md §8.1): one transaction for all entries; an entry that cannot be taken has its error in its place. Events for a
 * bus that is not there are answered and forgotten, as on AWS.
 */
export function putEvents(deps: EventsDeps): Operation<PutEventsRequest, PutEventsResponse> {
  return async (input, context) => {
    if (input.EndpointId !== undefined) throw notImplemented('EndpointId');
    const entries = input.Entries!;
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LARGEST) {
      throw invalid('Total size of the entries in the request is over the limit.');
    }
    const results: PutEventsResultEntry[] = [];
    const taken = new Map<string, BusEvent[]>();
    for (const entry of entries) {
      const error = errorOf(entry);
      if (error) results.push(error);
      else {
        const event = eventOf(entry, deps.ids.uuid(), context);
        results.push({ EventId: event.id });
        const ofBus = taken.get(event.bus);
        if (ofBus) ofBus.push(event);
        else taken.set(event.bus, [event]);
      }
    }
    if (taken.size > 0) await accept(deps, taken, context);
    return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
  };
}

function accept(
  { store }: EventsDeps,
  taken: ReadonlyMap<string, readonly BusEvent[]>,
  context: OperationContext,
): Promise<void> {
  return store.transact(async (tx) => {
    for (const [arn, events] of taken) {
      const bus = await findBus(tx, busRef(context, arn));
      if (bus) await acceptEvents(tx, bus, events, context.cause);
    }
  });
}

function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

function errorOf(entry: PutEventsRequestEntry): PutEventsResultEntry | undefined {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (entry[name] === undefined || entry[name] === '') {
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
    }
  }
  if (entry.Source!.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'Not authorized for the source.' };
  }
  if (!isDetail(entry.Detail!)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return undefined;
}

function eventOf(entry: PutEventsRequestEntry, id: string, context: OperationContext): BusEvent {
  return {
    id,
    source: entry.Source!,
    detailType: entry.DetailType!,
    account: context.account,
    region: context.region,
    time: eventTime(entry.Time?.getTime() ?? context.now),
    resources: entry.Resources ?? [],
    detail: entry.Detail!,
    bus: busRef(context, entry.EventBusName).arn,
    ingested: context.now,
    ...(entry.TraceHeader === undefined ? {} : { traceId: entry.TraceHeader }),
  };
}
