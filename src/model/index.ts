export type * from './access.ts';
export * from './adapter-messages.ts';
export * from './alarm-changes.ts';
export * from './alarms.ts';
export * from './application-ports.ts';
export * from './applications.ts';
export * from './arns.ts';
export * from './async-retry.ts';
export * from './batch-response.ts';
export * from './batch-threads.ts';
export * from './bucket-names.ts';
export * from './bus-events.ts';
export * from './byte-ranges.ts';
export {
  busConditions,
  type CarriedDelivery,
  type CarriedEnd,
  type CarriedItem,
  type CarriedTarget,
} from './carried-deliveries.ts';
export * from './cloud-events.ts';
export * from './command-words.ts';
export * from './common-log-time.ts';
export type * from './control.ts';
export * from './control-access.ts';
export { type Answered, controlRoute, placeParameters, type RouteDescription, type RoutedRequest } from './control-route.ts';
export * from './control-schemas.ts';
export * from './cors.ts';
export * from './debuggers.ts';
export * from './deliveries.ts';
export {
  effectiveSubscriptionDelivery,
  effectiveTopicDelivery,
  type HttpDelivery,
  parseSubscriptionDelivery,
  parseTopicDelivery,
} from './delivery-policy.ts';
export * from './dev-trees.ts';
export * from './discarded-batches.ts';
export * from './egress-policy.ts';
export * from './environment-variables.ts';
export { compilePattern, matches, type Pattern } from './event-patterns.ts';
export * from './event-rules.ts';
export * from './event-source-mappings.ts';
export * from './event-targets.ts';
export * from './filter-criteria.ts';
export * from './filter-policy.ts';
export * from './function-names.ts';
export * from './function-policy.ts';
export * from './function-settings.ts';
export * from './function-state.ts';
export * from './functions.ts';
export * from './http-adapter.ts';
export * from './http-apis.ts';
export * from './http-routes.ts';
export * from './image-manifests.ts';
export * from './image-process.ts';
export * from './image-references.ts';
export type * from './images.ts';
export * from './input-shaping.ts';
export type * from './invocation.ts';
export * from './invocation-records.ts';
export * from './invoke-input.ts';
export * from './ip-ranges.ts';
export * from './item-images.ts';
export * from './json-web-tokens.ts';
export * from './key-prefixes.ts';
export * from './lambda-errors.ts';
export {
  abortExpiry,
  type Expiry,
  expiryOf,
  type LifecycleObject,
  lifecyclePrefixes,
  markerExpiry,
  noncurrentExpiry,
} from './lifecycle-decisions.ts';
export * from './lifecycle-rules.ts';
export * from './log-chunk.ts';
export * from './log-filter.ts';
export * from './log-subscriptions.ts';
export * from './logs.ts';
export {
  afterBatch,
  type BatchResult,
  type BatchStep,
  cutBatches,
  type DiscardCondition,
  expiredAtHead,
  LOOK_AGAIN_MS,
  PAYLOAD_BYTES,
  pauseMs,
  RECORDS_BYTES,
  type RetryRules,
  setApart,
  sliceOf,
  type Work,
} from './mapping-decisions.ts';
export * from './mapping-pollers.ts';
export * from './mapping-shards.ts';
export { addToRollup, costOf, durationsOf, emptyRollup, type Rollup, rollupKey, usageRollups } from './meters.ts';
export * from './metric-families.ts';
export { canRead } from './metric-filters.ts';
export { joinValues, type MetricValues, percentile, summed, valuesOf } from './metric-values.ts';
export * from './nested-json.ts';
export * from './next-release.ts';
export { checkNotificationRules } from './notification-rules.ts';
export {
  type BucketNotifications,
  bucketNotifications,
  type NotificationRule,
  type ObjectChange,
  objectEvent,
  selects,
} from './notifications.ts';
export * from './object-bus-events.ts';
export * from './object-conditions.ts';
export type * from './operations.ts';
export {
  type Expressions,
  type Mapped,
  mapParameters,
  type ParameterMap,
  parameterMapFault,
  textAt,
} from './parameter-mapping.ts';
export { compilePathPattern, matchesPath, type PathPattern, PLAIN_PATTERN } from './path-patterns.ts';
export * from './pattern-index.ts';
export * from './people.ts';
export * from './planned-release.ts';
export * from './policy.ts';
export * from './policy-document.ts';
export type * from './ports.ts';
export * from './post-policies.ts';
export * from './public-policies.ts';
export * from './queue-records.ts';
export { type MetricName, metricDimensions, type RecordedMetric } from './recorded-metrics.ts';
export * from './replays.ts';
export * from './repository-events.ts';
export * from './repository-reports.ts';
export * from './repository-signatures.ts';
export * from './resource-tags.ts';
export { afterTry, patientPolicy, type RetryPolicy, type TryResult } from './retry-policy.ts';
export { checkRuntime } from './runtimes.ts';
export { type SampleFacts, sampleEvent, sampleSources } from './sample-events.ts';
export {
  fire,
  ruleArn,
  type ScheduleGroup,
  type ScheduleRow,
  scheduleArn,
  scheduleGroups,
  schedules,
  setTimer,
  type Timer,
  timers,
} from './schedule-rows.ts';
export * from './schedule-targets.ts';
export { isTimeZone, parseSchedule, type Schedule, type ScheduleSetting } from './schedules.ts';
export type * from './sources.ts';
export { readAtStart } from './startup-variables.ts';
export * from './subscriptions.ts';
export * from './table-changes.ts';
export * from './targets.ts';
export type { TopicMessage } from './topic-messages.ts';
export { deadLetterFor, type NotificationFacts, notificationFor, type TopicNotification } from './topic-notifications.ts';
export * from './topics.ts';
export * from './tumbling-windows.ts';
export * from './webhook-signatures.ts';
export * from './written-lines.ts';
