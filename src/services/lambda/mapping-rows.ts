import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import type { Reader, Transaction } from '../../kernel/index.ts';
import {
  type EventSourceMapping,
  eventSourceMappings,
  mappingArn,
  mappingBooks,
  mappingTopic,
  NO_RECORDS,
  notFound,
  type OperationContext,
  type Place,
  parseArn,
} from '../../model/index.ts';

/** Throws ResourceNotFoundException. */
export async function findMapping(from: Reader, { account, region }: Place, uuid = ''): Promise<EventSourceMapping> {
  const found = await from.get(eventSourceMappings, [account, region, uuid]);
  if (!found) throw notFound('The resource you requested does not exist.');
  return found;
}

/** Writes a mapping that its owner made or changed, and tells dispatch, which obeys. */
export async function keepMapping(
  tx: Transaction,
  mapping: EventSourceMapping,
  { requestId, now, cause }: Pick<OperationContext, 'requestId' | 'now' | 'cause'>,
): Promise<void> {
  await tx.put(eventSourceMappings, mapping);
  await tx.append(mappingTopic.name, 0, {
    id: requestId,
    type: 'EventSourceMappingChanged',
    source: 'lambda',
    subject: mappingArn(mapping),
    account: mapping.account,
    region: mapping.region,
    time: now,
    ...(cause === undefined ? {} : { cause }),
    body: { uuid: mapping.uuid },
  });
}

/** As the API shows it (spec/lambda-api.md §12). */
export async function mappingConfiguration(from: Reader, mapping: EventSourceMapping): Promise<EventSourceMappingConfiguration> {
  const { settings, account, region, uuid } = mapping;
  const { stream } = settings;
  return {
    UUID: uuid,
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowMs / 1000,
    EventSourceArn: mapping.sourceArn,
    EventSourceMappingArn: mappingArn(mapping),
    FunctionArn: mapping.functionArn,
    FunctionResponseTypes: settings.reportFailures ? ['ReportBatchItemFailures'] : [],
    LastModified: new Date(mapping.modified),
    State: mapping.state,
    StateTransitionReason: stream ? 'User action' : 'USER_INITIATED',
    ...(settings.filters.length > 0 && { FilterCriteria: { Filters: settings.filters.map((Pattern) => ({ Pattern })) } }),
    ...(settings.maximumConcurrency !== undefined && { ScalingConfig: { MaximumConcurrency: settings.maximumConcurrency } }),
    ...(stream && {
      ...shownStream(stream),
      LastProcessingResult: (await from.get(mappingBooks, [account, region, uuid]))?.lastResult ?? NO_RECORDS,
    }),
  };
}

function shownStream(stream: NonNullable<EventSourceMapping['settings']['stream']>): EventSourceMappingConfiguration {
  const { startingTimestamp, maxAgeMs, onFailure } = stream;
  return {
    BisectBatchOnFunctionError: stream.bisect,
    DestinationConfig: { OnFailure: onFailure === undefined ? {} : { Destination: onFailure } },
    MaximumRecordAgeInSeconds: maxAgeMs < 0 ? -1 : maxAgeMs / 1000,
    MaximumRetryAttempts: stream.maxRetries,
    ParallelizationFactor: stream.parallelizationFactor,
    StartingPosition: stream.startingPosition,
    ...(startingTimestamp !== undefined && { StartingPositionTimestamp: new Date(startingTimestamp) }),
    TumblingWindowInSeconds: stream.tumblingMs / 1000,
  };
}

/** The mapping that an ARN names; undefined when it is no mapping's. */
export function mappingOfArn(arn: string): (Place & { readonly uuid: string }) | undefined {
  const parsed = parseArn(arn);
  const [kind, uuid] = parsed?.resource.split(':') ?? [];
  if (parsed?.service !== 'lambda' || kind !== 'event-source-mapping' || !uuid) return undefined;
  return { account: parsed.account, region: parsed.region, uuid };
}
