import { type Clock, type Ids, isFailure, platformFailure } from '../kernel/index.ts';
import type {
  ControlRequest,
  ControlRoute,
  EventAccepted,
  FunctionList,
  FunctionSummary,
  LogPage,
  OperationContext,
  ServiceTable,
} from '../model/index.ts';
import type { ServiceName } from '../wire/index.ts';
import { localRoot } from './authenticate.ts';
import { invokeRequest } from './control-invoke.ts';

export interface AwsRouteDeps {
  readonly services: Partial<Record<ServiceName, ServiceTable>>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly endpoint: () => string;
}

/** Control routes that are AWS operations in other words, called as the account's root. */
export function awsRoutes(deps: AwsRouteDeps): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/functions',
      summary: 'functions of an account and region; after, limit',
      handle: (request) => functions(deps, request),
    },
    {
      method: 'POST',
      path: '/functions/:name/events',
      summary: 'accepts an event for a function, to run later; body: { payload, qualifier }',
      handle: (request) => accept(deps, request),
    },
    {
      method: 'GET',
      path: '/logs',
      summary: 'lines of a log group; group, since, until, filter, after, limit',
      handle: (request) => logs(deps, request),
    },
  ];
}

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

async function functions(deps: AwsRouteDeps, request: ControlRequest): Promise<FunctionList> {
  const input = { Marker: request.query.get('after') ?? undefined, MaxItems: limitOf(request, 50, 50) };
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

async function accept(deps: AwsRouteDeps, request: ControlRequest): Promise<EventAccepted> {
  const { payload, qualifier } = invokeRequest(request.body);
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

async function logs(deps: AwsRouteDeps, request: ControlRequest): Promise<LogPage> {
  const group = request.query.get('group');
  if (!group) throw platformFailure('InvalidRequest', 'say which log group: group=/aws/lambda/NAME');
  const input = {
    logGroupName: group,
    startTime: timeOf(request, 'since'),
    endTime: timeOf(request, 'until'),
    filterPattern: request.query.get('filter') ?? undefined,
    nextToken: request.query.get('after') ?? undefined,
    limit: limitOf(request, 1000, 10_000),
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

function limitOf({ query }: ControlRequest, usual: number, most: number): number {
  const text = query.get('limit');
  if (text === null) return usual;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw platformFailure('InvalidRequest', `limit is a number from 1 to ${most}`);
  return limit;
}

function timeOf({ query }: ControlRequest, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw platformFailure('InvalidRequest', `${name} is a time in epoch ms`);
  return Number(text);
}

interface RoutedCall {
  readonly request: ControlRequest;
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
