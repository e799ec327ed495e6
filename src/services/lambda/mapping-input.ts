import type { CreateEventSourceMappingRequest, UpdateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import { fail } from '../../kernel/index.ts';
import {
  compileFilterCriteria,
  invalidParameter,
  type MappingSettings,
  type MappingSource,
  parseArn,
  type StreamSettings,
  settingNotImplemented,
  targetOf,
} from '../../model/index.ts';

type MappingInput = Partial<CreateEventSourceMappingRequest> & Partial<UpdateEventSourceMappingRequest>;

const FOREIGN: Readonly<Record<string, string>> = { kafka: 'Amazon MSK', mq: 'Amazon MQ', rds: 'Amazon DocumentDB' };

/** Which kind of source an ARN names. Throws for what is none, and by name for sources that are not implemented. */
export function sourceOf(input: MappingInput): { readonly source: MappingSource; readonly arn: string } {
  const { EventSourceArn: arn, SelfManagedEventSource: own } = input;
  if (own && !arn) {
    if (!input.SourceAccessConfigurations) throw invalidParameter("Required 'sourceAccessConfigurations' parameter is missing.");
    throw settingNotImplemented('SelfManagedEventSource');
  }
  const parsed = parseArn(arn ?? '');
  const foreign = FOREIGN[parsed?.service ?? ''];
  if (foreign) throw settingNotImplemented(`${foreign} as an event source`);
  if (arn && parsed?.service === 'sqs') return { source: 'sqs', arn };
  if (arn && parsed?.service === 'kinesis' && parsed.resource.startsWith('stream/')) return { source: 'kinesis', arn };
  if (arn && parsed?.service === 'dynamodb' && parsed.resource.includes('/stream/')) return { source: 'dynamodb', arn };
  throw invalidParameter('Unrecognized event source.');
}

/** Refuses by name what would not be enforced; empty values are AWS's defaults. */
export function refuseUnenforcedMapping(input: MappingInput): void {
  if (input.KMSKeyArn) throw settingNotImplemented('KMSKeyArn');
  if (input.MetricsConfig?.Metrics?.length) throw settingNotImplemented('MetricsConfig');
  if (input.LoggingConfig?.SystemLogLevel) throw settingNotImplemented('LoggingConfig');
  if (input.ProvisionedPollerConfig && Object.keys(input.ProvisionedPollerConfig).length > 0)
    throw settingNotImplemented('ProvisionedPollerConfig');
  for (const name of NOT_OURS) if (input[name] !== undefined) throw unsupported(name);
}

const NOT_OURS = [
  'Topics',
  'Queues',
  'SourceAccessConfigurations',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
] as const;
const STREAMS_ONLY = [
  'StartingPosition',
  'StartingPositionTimestamp',
  'ParallelizationFactor',
  'MaximumRetryAttempts',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'TumblingWindowInSeconds',
] as const;

/** Settings after Create (before is undefined) or Update (spec/event-sources.md §10, spec/lambda-api.md §12). */
export function readMappingSettings(
  { source, arn }: { readonly source: MappingSource; readonly arn: string },
  input: MappingInput,
  before?: MappingSettings,
): MappingSettings {
  refuseUnenforcedMapping(input);
  const { MaximumBatchingWindowInSeconds: seconds, ScalingConfig: scaling, FunctionResponseTypes: types } = input;
  const stream = source === 'sqs' ? undefined : readStreamSettings({ source, arn }, input, before?.stream);
  if (source === 'sqs') refuseStreamInput(input);
  else if (scaling?.MaximumConcurrency !== undefined) throw unsupported('ScalingConfig');
  const maximum = scaling ? scaling.MaximumConcurrency : before?.maximumConcurrency;
  const settings: MappingSettings = {
    batchSize: input.BatchSize ?? before?.batchSize ?? (source === 'sqs' ? 10 : 100),
    windowMs: seconds === undefined ? (before?.windowMs ?? 0) : seconds * 1000,
    filters: readFilters(input) ?? before?.filters ?? [],
    reportFailures: types?.includes('ReportBatchItemFailures') ?? before?.reportFailures ?? false,
    ...(maximum !== undefined && { maximumConcurrency: maximum }),
    ...(stream && { stream }),
  };
  if (source === 'sqs') checkQueueBatch(arn, settings);
  return settings;
}

function refuseStreamInput(input: MappingInput): void {
  for (const name of STREAMS_ONLY) if (input[name] !== undefined) throw unsupported(name);
  const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
  if (OnSuccess?.Destination || OnFailure?.Destination) throw unsupported('DestinationConfig');
}

function checkQueueBatch(arn: string, { batchSize, windowMs }: MappingSettings): void {
  if (arn.endsWith('.fifo')) {
    if (batchSize > 10) throw invalidParameter('Maximum batch size for FIFO queues is 10.');
    if (windowMs > 0) throw invalidParameter('Batching window is not supported for FIFO queues.');
  }
  if (batchSize > 10 && windowMs === 0)
    throw invalidParameter('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
}

const MOST_FILTERS = 10;

function readFilters({ FilterCriteria: criteria }: MappingInput): readonly string[] | undefined {
  if (criteria === undefined) return undefined;
  const filters = criteria.Filters ?? [];
  if (filters.length > MOST_FILTERS) throw invalidParameter(`Exceeded maximum number of filters allowed: ${MOST_FILTERS}.`);
  compileFilterCriteria(filters);
  return filters.map(({ Pattern }) => Pattern ?? '');
}

function readStreamSettings(
  { source, arn }: { readonly source: MappingSource; readonly arn: string },
  input: MappingInput,
  before: StreamSettings | undefined,
): StreamSettings {
  const starting = before ?? readStart(source, arn, input);
  const { MaximumRecordAgeInSeconds: age, DestinationConfig: destinations, TumblingWindowInSeconds: tumbling } = input;
  const onFailure = destinations === undefined ? before?.onFailure : readDestination(destinations);
  const maxAgeMs = age === undefined ? (before?.maxAgeMs ?? -1) : readAge(age);
  const settings: StreamSettings = {
    startingPosition: starting.startingPosition,
    ...(starting.startingTimestamp !== undefined && { startingTimestamp: starting.startingTimestamp }),
    parallelizationFactor: input.ParallelizationFactor ?? before?.parallelizationFactor ?? 1,
    maxRetries: input.MaximumRetryAttempts ?? before?.maxRetries ?? -1,
    maxAgeMs,
    bisect: input.BisectBatchOnFunctionError ?? before?.bisect ?? false,
    tumblingMs: tumbling === undefined ? (before?.tumblingMs ?? 0) : tumbling * 1000,
    ...(onFailure !== undefined && { onFailure }),
  };
  if (settings.tumblingMs > 0 && settings.parallelizationFactor > 1)
    throw settingNotImplemented('ParallelizationFactor above 1 with TumblingWindowInSeconds');
  return settings;
}

function readStart(
  source: MappingSource,
  arn: string,
  { StartingPosition: position, StartingPositionTimestamp: timestamp }: MappingInput,
): Pick<StreamSettings, 'startingPosition' | 'startingTimestamp'> {
  if (position === undefined)
    throw invalidParameter(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  if (position !== 'AT_TIMESTAMP') {
    if (timestamp !== undefined) throw invalidParameter('StartingPositionTimestamp is only supported for AT_TIMESTAMP.');
    return { startingPosition: position };
  }
  if (source === 'dynamodb') throw invalidParameter(`Unsupported starting position for arn type: ${arn}`);
  if (timestamp === undefined) throw invalidParameter('StartingPositionTimestamp is required for AT_TIMESTAMP.');
  return { startingPosition: position, startingTimestamp: timestamp.getTime() };
}

function readDestination({ OnSuccess, OnFailure }: NonNullable<MappingInput['DestinationConfig']>): string | undefined {
  if (OnSuccess?.Destination) throw unsupported('DestinationConfig');
  const arn = OnFailure?.Destination;
  if (!arn) return undefined;
  if (arn.startsWith('kafka://')) throw settingNotImplemented('a Kafka topic as DestinationConfig OnFailure');
  const kind = targetOf(arn)?.kind;
  if ((kind !== 'queue' && kind !== 'topic' && kind !== 'bucket') || arn.endsWith('.fifo'))
    throw unsupported('DestinationConfig');
  return arn;
}

const LEAST_AGE = 60;

function readAge(seconds: number): number {
  if (seconds === -1) return -1;
  if (seconds < LEAST_AGE) throw invalidParameter('MaximumRecordAgeInSeconds must be -1, or between 60 and 604800.');
  return seconds * 1000;
}

function unsupported(name: string) {
  return invalidParameter(`Unsupported ${name} parameter for given event source mapping type.`);
}

/** 400: it is between two states. */
export function mappingInUse(verb: 'update' | 'delete') {
  return fail('ResourceInUseException', `Cannot ${verb} the event source mapping because it is in use.`, {
    fields: { Type: 'User' },
  });
}
