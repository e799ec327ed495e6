export type { AccessRequest, Decision } from './access.ts';
export { type Arn, functionArn, parseArn, rootArn } from './arns.ts';
export type { Credentials, EgressPolicy, EgressRule, FunctionSpec, Place, Principal } from './functions.ts';
export { openEgress } from './functions.ts';
export type { Call, InvocationStatus, LogLine, LogStream, MeterRecord, Outcome, Report } from './invocation.ts';
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
export type { Operation, OperationContext, ServiceTable } from './operations.ts';
export type {
  AsyncInvocation,
  Authorize,
  ControlRequest,
  ControlRoute,
  Enqueue,
  FindKey,
  Invoke,
  IssueCredentials,
  KnownKey,
  MayInvoke,
  Meter,
  MeterIn,
  PrepareTree,
  ResolveFunction,
  Retire,
  Run,
  SandboxCaller,
  ServeSandbox,
  WriteLog,
} from './ports.ts';
export { asyncTopic, meterTopic, objectTopic, topics } from './topics.ts';
