export type { AccessRequest, Decision } from './access.ts';
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
export { checkKey, isBucketName } from './bucket-names.ts';
export { type ByteRange, contentRange, selectRange } from './byte-ranges.ts';
export { type CorsRule, corsHeaders, type PreflightRequest, preflight } from './cors.ts';
export { type Books, books, type Delivery, type DeliveryOutcome, deliveries, emptyBooks, outcomes } from './deliveries.ts';
export type { Credentials, EgressPolicy, EgressRule, FunctionSpec, Place, Principal } from './functions.ts';
export { openEgress } from './functions.ts';
export type { Call, InvocationStatus, LogLine, LogStream, MeterRecord, Outcome, Report } from './invocation.ts';
export { afterPrefix, commonPrefix, formEncode } from './key-prefixes.ts';
export { checkNotificationRules, supportedEvents } from './notification-rules.ts';
export {
  type BucketNotifications,
  bucketNotifications,
  coversEvent,
  type NotificationRule,
  type ObjectChange,
  objectEvent,
  selects,
  type Target,
} from './notifications.ts';
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
export type {
  AsyncInvocation,
  Authorize,
  ControlRequest,
  ControlRoute,
  Enqueue,
  FindAsyncSettings,
  FindBucketCors,
  FindFunctionUrl,
  FindKey,
  FunctionUrl,
  FunctionUrlCors,
  Invoke,
  IssueCredentials,
  KnownKey,
  MayInvoke,
  Meter,
  MeterIn,
  PrepareTree,
  RawRequest,
  RawResponse,
  RawRoute,
  ReadObject,
  ReservedTotal,
  ResolveFunction,
  Retire,
  Run,
  SandboxCaller,
  ServeSandbox,
  WriteLog,
} from './ports.ts';
export { checkTags, parseTagHeader, type Tag } from './resource-tags.ts';
export { asyncTopic, meterTopic, objectTopic, topics } from './topics.ts';
