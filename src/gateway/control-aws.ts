import { z } from 'zod';
import { type Clock, type Ids, isFailure, platformFailure } from '../kernel/index.ts';
import {
  afterToken,
  type ControlRoute,
  controlRoute,
  type EventAccepted,
  type FunctionList,
  type FunctionSummary,
  invokeBody,
  type LogPage,
  limitUpTo,
  logPage,
  logQuery,
  nextToken,
  type OperationContext,
  type RoutedRequest,
  type ServiceTable,
} from '../model/index.ts';
import type { ServiceName } from '../wire/index.ts';
import { localRoot } from './authenticate.ts';

export interface AwsRouteDeps {
  readonly services: Partial<Record<ServiceName, ServiceTable>>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly endpoint: () => string;
}

/** Control routes that are AWS operations in other words, called as the account's root. */
export function awsRoutes(deps: AwsRouteDeps): ControlRoute[] {
  return [
    controlRoute({
      method: 'GET',
      path: '/functions',
      summary: 'functions of an account and region; after, limit',
      query: functionsQuery,
      answer: functionList,
      handle: (request) => functions(deps, request),
    }),
    controlRoute({
      method: 'POST',
      path: '/functions/:name/events',
      summary: 'accepts an event for a function, to run later; body: { payload, qualifier }',
      body: invokeBody.omit({ tail: true }),
      answer: z.strictObject({ requestId: z.string() }),
      handle: (request) => accept(deps, request),
    }),
    controlRoute({
      method: 'GET',
      path: '/logs',
      summary: 'lines of a log group; group, since, until, filter, after, limit',
      query: logQuery,
      answer: logPage,
      handle: (request) => logs(deps, request),
    }),
  ];
}

const functionsQuery = z.strictObject({ after: afterToken, limit: limitUpTo(50, 50) });

/** FunctionList. */
const functionList = z.strictObject({
  functions: z.array(
    z.strictObject({
      name: z.string(),
      arn: z.string(),
      runtime: z.string(),
      handler: z.string(),
      memoryMiB: z.int(),
      timeoutMs: z.int(),
      state: z.string().describe('Active, Pending, Failed, Inactive'),
      codeBytes: z.int(),
      modified: z.number().describe('epoch ms'),
    }),
  ),
  next: nextToken,
});

type Asked<Query, Params = unknown, Body = unknown> = RoutedRequest<Params, Query, Body>;

interface Configuration {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly MemorySize?: number;
  readonly Timeout?: number;
  readonly State?: string;
  readonly CodeSize?: number;
  readonly LastModified?: string;
}

async function functions(deps: AwsRouteDeps, request: Asked<z.output<typeof functionsQuery>>): Promise<FunctionList> {
  const input = { Marker: request.query.after, MaxItems: request.query.limit };
  const page = await call<{ Functions?: Configuration[]; NextMarker?: string }>(deps, 'lambda', 'ListFunctions', {
    request,
    input,
  });
  return { functions: (page.Functions ?? []).map(summaryOf), next: page.NextMarker };
}

function summaryOf(configuration: Configuration): FunctionSummary {
  return {
    name: configuration.FunctionName,
    arn: configuration.FunctionArn,
    runtime: configuration.Runtime ?? '',
    handler: configuration.Handler ?? '',
    memoryMiB: configuration.MemorySize ?? 0,
    timeoutMs: (configuration.Timeout ?? 0) * 1000,
    state: configuration.State ?? 'Active',
    codeBytes: configuration.CodeSize ?? 0,
    modified: Date.parse(configuration.LastModified ?? '') || 0,
  };
}

type EventRequest = Asked<unknown, { readonly name: string }, Pick<z.output<typeof invokeBody>, 'payload' | 'qualifier'>>;

async function accept(deps: AwsRouteDeps, request: EventRequest): Promise<EventAccepted> {
  const { payload, qualifier } = request.body;
  const requestId = deps.ids.uuid();
  const input = {
    FunctionName: request.params.name,
    Qualifier: qualifier,
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify(payload ?? {})),
  };
  await call(deps, 'lambda', 'Invoke', { request, input, requestId });
  return { requestId };
}

interface Filtered {
  readonly events?: readonly { timestamp?: number; message?: string; logStreamName?: string; eventId?: string }[];
  readonly nextToken?: string;
}

async function logs(deps: AwsRouteDeps, request: Asked<z.output<typeof logQuery>>): Promise<LogPage> {
  const { group, since, until, filter, after, limit } = request.query;
  const input = {
    logGroupName: group,
    startTime: since,
    endTime: until,
    filterPattern: filter,
    nextToken: after,
    limit,
  };
  const page = await call<Filtered>(deps, 'logs', 'FilterLogEvents', { request, input });
  const lines = (page.events ?? []).map((event) => ({
    id: event.eventId ?? '',
    time: event.timestamp ?? 0,
    stream: event.logStreamName ?? '',
    text: (event.message ?? '').replace(/\n$/, ''),
  }));
  return { lines, next: page.nextToken };
}

interface RoutedCall {
  readonly request: Asked<unknown>;
  readonly input: Record<string, unknown>;
  readonly requestId?: string;
}

async function call<Output>(deps: AwsRouteDeps, service: ServiceName, name: string, routed: RoutedCall): Promise<Output> {
  const operation = deps.services[service]?.operations[name];
  if (!operation) throw platformFailure('NotImplemented', `${service} ${name}`);
  try {
    return (await operation(withoutGaps(routed.input) as never, contextOf(deps, routed))) as Output;
  } catch (error) {
    if (isFailure(error, 'ResourceNotFoundException')) throw nextStep(error.message, service);
    throw error;
  }
}

function nextStep(message: string, service: ServiceName) {
  const next = service === 'logs' ? 'a log group appears with the first invocation' : 'see what there is with: dalamb functions';
  return platformFailure('NoSuchThing', message, { fields: { next } });
}

function withoutGaps(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

const none = () => ({});

function contextOf(deps: AwsRouteDeps, { request, requestId }: RoutedCall): OperationContext {
  return {
    ...request.place,
    principal: localRoot(request.place.account, ''),
    requestId: requestId ?? deps.ids.uuid(),
    now: deps.clock.now(),
    sourceIp: '127.0.0.1',
    headers: {},
    endpoint: deps.endpoint(),
    trailers: none,
    signal: request.signal,
  };
}
