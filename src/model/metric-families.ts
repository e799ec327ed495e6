import { parseArn } from './arns.ts';
import type { Place } from './functions.ts';

type Dimensions = Readonly<Record<string, string>>;

/** Metrics of one kind of resource, counted by the platform itself. */
export interface MetricFamily<R, M extends string> {
  readonly namespace: string;
  /** In AWS's words. */
  readonly units: Readonly<Record<M, string>>;
  /** Tells resources apart; asked for each value. */
  readonly keyOf: (resource: R) => string;
  /** Where its values are kept, and under which sets of dimensions; asked once a minute. */
  readonly placeOf: (resource: R) => Place;
  readonly dimensionsOf: (resource: R) => readonly Dimensions[];
}

/** Adds a value to a metric of a resource: about 0.1 µs. Never blocks, never throws. */
export type CountIn<R, M extends string> = (resource: R, metric: M, value: number) => void;

/** Opens metrics for counting (services/monitoring): summed up in memory and written each minute, so that a crash loses that much. */
export type OpenMetrics = <R, M extends string>(family: MetricFamily<R, M>) => CountIn<R, M>;

/** Where nobody asks for metrics. */
export const uncounted: OpenMetrics = () => () => {};

/** The units of what functions count, beside what is made of their bills (spec/invoke.md §13). */
const FUNCTION_UNITS = {
  AsyncEventAge: 'Milliseconds',
  AsyncEventsDropped: 'Count',
  AsyncEventsReceived: 'Count',
  DeadLetterErrors: 'Count',
  DestinationDeliveryFailures: 'Count',
  IteratorAge: 'Milliseconds',
  RecursiveInvocationsDropped: 'Count',
  Throttles: 'Count',
  Url4xxCount: 'Count',
  Url5xxCount: 'Count',
  UrlRequestCount: 'Count',
  UrlRequestLatency: 'Milliseconds',
} as const;

export type FunctionMetric = keyof typeof FUNCTION_UNITS;

/** Counts something of a function, by its ARN as invoked. */
export type CountFunction = CountIn<string, FunctionMetric>;

/** Metrics of functions: under the function's name, with what was invoked of it beside, and of all functions together. */
export function functionMetrics(open: OpenMetrics): CountFunction {
  return open({
    namespace: 'AWS/Lambda',
    units: FUNCTION_UNITS,
    keyOf: (arn) => arn,
    placeOf,
    dimensionsOf: (arn): readonly Dimensions[] => {
      const { FunctionName, Resource } = invoked(arn);
      return [{}, { FunctionName }, { FunctionName, Resource }];
    },
  });
}

const RUN_UNITS = { Duration: 'Milliseconds', Errors: 'Count', Invocations: 'Count' } as const;

/** Invocations by what was invoked of a function; by its name, and of all functions, they are made of the bills. */
export function invocationMetrics(open: OpenMetrics): CountIn<string, keyof typeof RUN_UNITS> {
  return open({
    namespace: 'AWS/Lambda',
    units: RUN_UNITS,
    keyOf: (arn) => arn,
    placeOf,
    dimensionsOf: (arn) => [invoked(arn)],
  });
}

/** The most invocations at a time, of a function, or of all where there is no name. */
export function concurrencyMetrics(open: OpenMetrics): CountIn<Place & { readonly name?: string }, 'ConcurrentExecutions'> {
  return open({
    namespace: 'AWS/Lambda',
    units: { ConcurrentExecutions: 'Count' },
    keyOf: ({ account, region, name = '' }) => `${account}/${region}/${name}`,
    placeOf: (place) => place,
    dimensionsOf: ({ name }): readonly Dimensions[] => [name === undefined ? {} : { FunctionName: name }],
  });
}

const TOPIC_UNITS = {
  NumberOfMessagesPublished: 'Count',
  NumberOfNotificationsDelivered: 'Count',
  NumberOfNotificationsFailed: 'Count',
  NumberOfNotificationsFailedToRedriveToDlq: 'Count',
  NumberOfNotificationsFilteredOut: 'Count',
  NumberOfNotificationsRedrivenToDlq: 'Count',
  PublishSize: 'Bytes',
} as const;

export type TopicMetric = keyof typeof TOPIC_UNITS;

/** Counts something of a topic, by its ARN. */
export type CountTopic = CountIn<string, TopicMetric>;

export function topicMetrics(open: OpenMetrics): CountTopic {
  return open({
    namespace: 'AWS/SNS',
    units: TOPIC_UNITS,
    keyOf: (arn) => arn,
    placeOf,
    dimensionsOf: (arn) => [{ TopicName: parseArn(arn)?.resource ?? arn }],
  });
}

function placeOf(arn: string): Place {
  const { account = '', region = '' } = parseArn(arn) ?? {};
  return { account, region };
}

/** `Resource` is the function's name, with the version or alias that was invoked. */
function invoked(arn: string): { readonly FunctionName: string; readonly Resource: string } {
  const [, FunctionName = '', qualifier] = parseArn(arn)?.resource.split(':') ?? [];
  return { FunctionName, Resource: qualifier === undefined ? FunctionName : `${FunctionName}:${qualifier}` };
}
