export type { AccessRequest, Decision } from './access.ts';
export * from './alarm-changes.ts';
export * from './alarms.ts';
export { type Arn, functionArn, parseArn, rootArn } from './arns.ts';
export {
  type AsyncSettings,
  type AttemptResult,
  type AttemptState,
  afterAttempt,
  defaultAsyncSettings,
  type NextStep,
  type OutcomeKind,
} from './async-retry.ts';
export { type BatchAnswer, readBatchAnswer, readWindowState, STATE_BYTES } from './batch-response.ts';
export { checkKey, isBucketName } from './bucket-names.ts';
export { type BusEvent, busArn, busEventInput, eventTime, MOST_HOPS, type SeenEvent, seeBusEvent } from './bus-events.ts';
export { type ByteRange, contentRange, selectRange } from './byte-ranges.ts';
export type { CarriedDelivery, CarriedEnd, CarriedItem, CarriedTarget } from './carried-deliveries.ts';
export { type OutsideEvent, type OutsideRequest, readOutsideEvents } from './cloud-events.ts';
export type {
  AcceptedEvent,
  AcceptedEvents,
  DeliveryList,
  EventAccepted,
  EventBooks,
  EventSums,
  FunctionList,
  FunctionSummary,
  InvokeRequest,
  InvokeResult,
  KeyCreated,
  KeyList,
  LogEntry,
  LogPage,
  PlatformStatus,
  RuntimeList,
  Trace,
  TraceDelivery,
  TraceEvent,
} from './control.ts';
export { type CorsRule, corsHeaders, type PreflightRequest, preflight } from './cors.ts';
export {
  type Books,
  books,
  type Delivery,
  type DeliveryOutcome,
  deliveries,
  type Effect,
  effects,
  emptyBooks,
  type Lineage,
  outcomes,
} from './deliveries.ts';
export {
  effectiveSubscriptionDelivery,
  effectiveTopicDelivery,
  type HttpDelivery,
  parseSubscriptionDelivery,
  parseTopicDelivery,
} from './delivery-policy.ts';
export { type DiscardedBatch, discardKey, discardRecord } from './discarded-batches.ts';
export { parseEgressPolicy } from './egress-policy.ts';
export { checkVariables } from './environment-variables.ts';
export { compilePattern, matches, type Pattern } from './event-patterns.ts';
export {
  type BusRules,
  type EventBus,
  type EventRule,
  type EventTarget,
  eventBuses,
  eventRules,
  eventTargets,
  type ReadyRule,
  readyRules,
  rulesFor,
} from './event-rules.ts';
export {
  addToMappingBooks,
  type EventSourceMapping,
  emptyMappingBooks,
  eventSourceMappings,
  isSettling,
  type MappingBooks,
  type MappingChange,
  type MappingSettings,
  type MappingSource,
  type MappingState,
  type MappingSums,
  mappingArn,
  mappingBooks,
  mappingSubscriber,
  mappingTopic,
  NO_RECORDS,
  type StartingPosition,
  type StreamSettings,
  settledState,
  sourceActions,
} from './event-source-mappings.ts';
export { shapeFor } from './event-targets.ts';
export { compileFilterCriteria, type Filter, type RecordFilter } from './filter-criteria.ts';
export { type FilterPolicyScope, parseFilterPolicy } from './filter-policy.ts';
export { bareArn, checkRegion, type FunctionRef, functionRef, type Qualified, readQualifier, refArn } from './function-names.ts';
export { type PolicyDocument, type PolicyStatement, permissionStatement, policyDocument } from './function-policy.ts';
export {
  type Architecture,
  changedSettings,
  type FunctionSettings,
  type LoggingSettings,
  newSettings,
  refuseUnenforced,
  type SettingsInput,
} from './function-settings.ts';
export {
  checkMayChange,
  checkMayInvoke,
  created,
  type FunctionState,
  failed,
  isUnsettled,
  type Reason,
  ready,
  updating,
} from './function-state.ts';
export type { Credentials, EgressPolicy, EgressRule, FunctionSpec, Place, Principal } from './functions.ts';
export { openEgress } from './functions.ts';
export {
  executeArn,
  type FunctionAuthorizer,
  type FunctionIntegration,
  type HttpApi,
  type HttpAuthorization,
  type HttpDeployment,
  type HttpIntegration,
  type HttpProxyIntegration,
  type HttpRoute,
  type HttpStage,
  invokedFunction,
  type JwtAuthorizer,
  type Throttle,
  withStageVariables,
} from './http-apis.ts';
export { compileRoutes, type MatchRoute, parseRouteKey, type RouteMatch } from './http-routes.ts';
export { compileInput, type InputSetting, type Shape, type ShapedFrom } from './input-shaping.ts';
export type { Call, InvocationStatus, LogLine, LogStream, MeterRecord, Outcome, Report } from './invocation.ts';
export {
  deadLetterAttributes,
  destinationRecord,
  type EndedInvocation,
  errorMessageOf,
  failureObjectKey,
} from './invocation-records.ts';
export { checkPayloadSize, readClientContext, readPayload, readRequestId } from './invoke-input.ts';
export { inIpRange, parseIpRange } from './ip-ranges.ts';
export { type ImageValue, type ItemImage, itemOf } from './item-images.ts';
export { claimFault, claimTexts, type JsonWebToken, parseToken, scopesOf, type TokenRules } from './json-web-tokens.ts';
export { afterPrefix, commonPrefix, formEncode } from './key-prefixes.ts';
export {
  accessDenied,
  conflict,
  constraintViolated,
  functionNotFound,
  invalidParameter,
  invalidParameterBare,
  notFound,
  requestTooLarge,
  revisionMismatch,
  settingNotImplemented,
} from './lambda-errors.ts';
export {
  abortExpiry,
  type Expiry,
  expiryOf,
  type LifecycleObject,
  lifecyclePrefixes,
  markerExpiry,
  noncurrentExpiry,
} from './lifecycle-decisions.ts';
export { type GivenLifecycleRule, type LifecycleRule, readLifecycleRules } from './lifecycle-rules.ts';
export { CHUNK_SPAN_MS, type ChunkEvents, decodeChunk, encodeChunk } from './log-chunk.ts';
export { compileLogFilter, type LogFilter } from './log-filter.ts';
export * from './log-subscriptions.ts';
export {
  compareEvents,
  EVENT_OVERHEAD,
  eventId,
  type LogChunk,
  type LogEvent,
  type LogGrave,
  type LogGroup,
  type LogPlace,
  type LogStreamRow,
  type LogSubscription,
  type LogWalk,
  type LogWalked,
  logChunks,
  logGraves,
  logGroups,
  logStreams,
  type MetricFilter,
  newGroup,
  newStream,
  placeToken,
  readPlace,
} from './logs.ts';
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
  sliceOf,
  type Work,
} from './mapping-decisions.ts';
export {
  effectiveVisibility,
  fewerPollers,
  firstPollers,
  morePollers,
  POLLER_STEP_MS,
  type Pollers,
  pollersAllowed,
  throttledPollers,
} from './mapping-pollers.ts';
export {
  type MappingShard,
  mappingShards,
  newShard,
  recut,
  type SliceProgress,
  wasDone,
  withoutPassed,
} from './mapping-shards.ts';
export { addToRollup, costOf, durationsOf, emptyRollup, type Rollup, rollupKey, usageRollups } from './meters.ts';
export { canRead } from './metric-filters.ts';
export { joinValues, type MetricValues, percentile, valuesOf } from './metric-values.ts';
export { nestsTooDeep } from './nested-json.ts';
export { checkNotificationRules } from './notification-rules.ts';
export {
  type BucketNotifications,
  bucketNotifications,
  type NotificationRule,
  type ObjectChange,
  objectEvent,
  selects,
} from './notifications.ts';
export { type ObjectBusEvent, objectBusEvent } from './object-bus-events.ts';
export {
  checkWriteConditions,
  headerNotImplemented,
  judgeRead,
  judgeWrite,
  type ObjectState,
  preconditionFailed,
  type ReadConditions,
  type WriteConditions,
} from './object-conditions.ts';
export type { Operation, OperationContext, ServiceTable } from './operations.ts';
export {
  type Expressions,
  type Mapped,
  mapParameters,
  type ParameterMap,
  parameterMapFault,
  textAt,
} from './parameter-mapping.ts';
export { buildIndex, matchAll, type PatternIndex } from './pattern-index.ts';
export { type Caller, evaluate, type Policies, type Question, trusts, type Verdict, verdict } from './policy.ts';
export { compilePolicy, type Policy, type PolicyKind, parsePolicy } from './policy-document.ts';
export type {
  AsyncInvocation,
  Authorize,
  CheckRole,
  ControlRequest,
  ControlRoute,
  CountMetric,
  Enqueue,
  Expect,
  FindAsyncSettings,
  FindBucketCors,
  FindFunctionUrl,
  FindHttpApi,
  FindKey,
  FindRole,
  FindStoredKey,
  FindTarget,
  FunctionUrl,
  FunctionUrlCors,
  Invoke,
  IssueCredentials,
  KnownKey,
  KnownRole,
  MayAct,
  MayConnect,
  MayInvoke,
  Meter,
  MeterIn,
  PrepareTree,
  RawRequest,
  RawResponse,
  RawRoute,
  ReadLog,
  ReadObject,
  RecordMetrics,
  ReservedTotal,
  ResolveFunction,
  Retire,
  Run,
  SandboxCaller,
  ServeSandbox,
  StoreObject,
  WriteLog,
} from './ports.ts';
export { judgePostPolicy, type LengthRange } from './post-policies.ts';
export { isPublicPolicy } from './public-policies.ts';
export { queueRecord } from './queue-records.ts';
export { type MetricName, metricDimensions, type RecordedMetric } from './recorded-metrics.ts';
export { type Replay, type ReplayState, replays } from './replays.ts';
export { checkTags, parseTagHeader, type Tag } from './resource-tags.ts';
export { afterTry, patientPolicy, type RetryPolicy, type TryResult } from './retry-policy.ts';
export { checkRuntime } from './runtimes.ts';
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
export { type DueSchedule, type ScheduleTarget, scheduleTarget } from './schedule-targets.ts';
export { isTimeZone, parseSchedule, type Schedule, type ScheduleSetting } from './schedules.ts';
export type { EventSources, QueueMessage, QueueSource, SourceQueue, SourceShard, SourceStream, StreamSource } from './sources.ts';
export { readAtStart } from './startup-variables.ts';
export {
  deadLetterArn,
  matchSubscription,
  rememberedFilters,
  retryPolicyOf,
  type SubscriptionProtocol,
  type TopicSubscription,
  topicSubscriptions,
} from './subscriptions.ts';
export {
  CHANGE_RETENTION_MS,
  changeRecord,
  changeSequence,
  changeTopic,
  type StreamViewType,
  sequencePosition,
  type TableChange,
  type TableStream,
  tableStreamArn,
  tableStreamKey,
  tableStreams,
} from './table-changes.ts';
export {
  type Put,
  type PutAttribute,
  type PutCaller,
  type PutInto,
  type PutItem,
  type PutTarget,
  putBy,
  type Target,
  targetOf,
} from './targets.ts';
export type { TopicMessage } from './topic-messages.ts';
export { deadLetterFor, type NotificationFacts, notificationFor, type TopicNotification } from './topic-notifications.ts';
export * from './topics.ts';
export { inWindow, type OpenWindow, windowAt, windowMembers } from './tumbling-windows.ts';
export {
  isWebhookSecret,
  readSignature,
  type WebhookScheme,
  type WebhookSignature,
  webhookEvent,
  webhookSchemes,
} from './webhook-signatures.ts';
export { createReadLines, worthReading } from './written-lines.ts';
