import type { Reader } from '../../kernel/index.ts';
import { type AccessRequest, busArn, eventBuses, type OperationContext, ruleArn } from '../../model/index.ts';
import { busRef } from './bus-ref.ts';

type Input = Readonly<Record<string, unknown>>;
type On = (input: Input, context: OperationContext) => string;

const text = (value: unknown): string => (typeof value === 'string' ? value : '*');
const bus: On = (input, context) => busRef(context, (input.EventBusName ?? input.Name) as string | undefined).arn;
const named =
  (kind: string, member: string): On =>
  (input, { region, account }) =>
    `arn:aws:events:${region}:${account}:${kind}/${text(input[member])}`;

function ruleOf(member: string): On {
  return (input, context) => {
    const { name, account, region } = busRef(context, input.EventBusName as string | undefined);
    return ruleArn(region, account, name, text(input[member]));
  };
}

/** What each operation is asked on; what is not here is asked on everything. */
const ASKED: Readonly<Record<string, On>> = {
  CreateEventBus: (input, { region, account }) => busArn(region, account, text(input.Name)),
  DescribeEventBus: bus,
  UpdateEventBus: bus,
  DeleteEventBus: bus,
  PutPermission: bus,
  RemovePermission: bus,
  PutRule: ruleOf('Name'),
  DescribeRule: ruleOf('Name'),
  DeleteRule: ruleOf('Name'),
  EnableRule: ruleOf('Name'),
  DisableRule: ruleOf('Name'),
  PutTargets: ruleOf('Rule'),
  RemoveTargets: ruleOf('Rule'),
  ListTargetsByRule: ruleOf('Rule'),
  ListTagsForResource: (input) => text(input.ResourceARN),
  TagResource: (input) => text(input.ResourceARN),
  UntagResource: (input) => text(input.ResourceARN),
  CreateArchive: named('archive', 'ArchiveName'),
  UpdateArchive: named('archive', 'ArchiveName'),
  DescribeArchive: named('archive', 'ArchiveName'),
  DeleteArchive: named('archive', 'ArchiveName'),
  StartReplay: named('replay', 'ReplayName'),
  DescribeReplay: named('replay', 'ReplayName'),
  CancelReplay: named('replay', 'ReplayName'),
};

/** Each operation asks its own action; PutEvents for each entry on its bus, whose policy counts too. */
export async function accessRequests(
  from: Reader,
  operation: string,
  input: Input,
  context: OperationContext,
): Promise<readonly AccessRequest[]> {
  if (operation === 'PutEvents') return putRequests(from, input, context);
  const resource = ASKED[operation]?.(input, context) ?? '*';
  return [{ action: `events:${operation}`, resource, context: conditionsOf(operation, input) }, ...rolesOf(operation, input)];
}

interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
}

async function putRequests(from: Reader, input: Input, context: OperationContext): Promise<readonly AccessRequest[]> {
  const requests = new Map<string, AccessRequest>();
  for (const { EventBusName, Source = '', DetailType = '' } of (input.Entries ?? []) as readonly Entry[]) {
    const { arn } = busRef(context, EventBusName);
    const key = JSON.stringify([arn, Source, DetailType]);
    if (requests.has(key)) continue;
    const policy = (await from.get(eventBuses, [arn]))?.policy;
    requests.set(key, {
      action: 'events:PutEvents',
      resource: arn,
      context: { 'events:source': Source, 'events:detail-type': DetailType, 'events:eventbusinvocation': 'false' },
      ...(policy === undefined ? {} : { resourcePolicy: policy }),
    });
  }
  return [...requests.values()];
}

interface Targeted {
  readonly Arn?: string;
  readonly RoleArn?: string;
}

function targetsOf(input: Input): readonly Targeted[] {
  return (input.Targets ?? []) as readonly Targeted[];
}

function conditionsOf(operation: string, input: Input): AccessRequest['context'] {
  const conditions: Record<string, string | readonly string[]> = {};
  for (const { Key, Value } of (input.Tags ?? []) as readonly { Key: string; Value: string }[]) {
    conditions[`aws:requesttag/${Key.toLowerCase()}`] = Value;
  }
  const keys = (input.TagKeys as string[] | undefined) ?? (input.Tags as { Key: string }[] | undefined)?.map(({ Key }) => Key);
  if (keys) conditions['aws:tagkeys'] = keys;
  if (operation === 'PutTargets') conditions['events:targetarn'] = targetsOf(input).map(({ Arn = '' }) => Arn);
  if (operation === 'PutRule') Object.assign(conditions, patternConditions(input.EventPattern));
  return conditions;
}

/** What a rule's pattern says of sources and detail types, for policies that narrow rules to some. */
function patternConditions(pattern: unknown): Record<string, readonly string[]> {
  const conditions: Record<string, readonly string[]> = {};
  const parsed = parsedPattern(pattern);
  for (const field of ['source', 'detail-type']) {
    const values = parsed[field];
    if (Array.isArray(values) && values.every((value) => typeof value === 'string')) conditions[`events:${field}`] = values;
  }
  return conditions;
}

/** Empty for what is none; the operation itself says so. */
function parsedPattern(text: unknown): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(String(text));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Whoever gives EventBridge a role must be allowed to pass it on. */
function rolesOf(operation: string, input: Input): readonly AccessRequest[] {
  if (operation !== 'PutTargets' && operation !== 'PutRule') return [];
  const given = [input.RoleArn as string | undefined, ...targetsOf(input).map(({ RoleArn }) => RoleArn)];
  const roles = new Set(given.filter((role) => role !== undefined));
  const context = { 'iam:passedtoservice': 'events.amazonaws.com' };
  return [...roles].map((role) => ({ action: 'iam:PassRole', resource: role, context }));
}
