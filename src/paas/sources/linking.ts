import { createHash } from 'node:crypto';
import { fail, isFailure } from '../../kernel/index.ts';
import type { EventSource, Operate, Place } from '../../model/index.ts';

/** One event source of one function, on its way to be placed or removed. */
export interface Linking extends Place {
  readonly operate: Operate;
  /** What follows the scheme. */
  readonly what: string;
  /** ARN of the function, with its version or alias if it has one. */
  readonly arn: string;
  readonly where: EventSource['where'];
  /** Settings of a mapping in AWS's names. */
  readonly settings: EventSource['settings'];
}

export interface Made {
  /** For people: a rule, a mapping, a subscription, a notification, a route. */
  readonly made: string;
  /** Where an HTTP route answers. */
  readonly url?: string;
}

/** One kind of event source. place may be repeated, and then changes what is there; remove passes over what is gone. */
export interface SourceKind {
  /** What it reads and then writes whole, with the sources of others in it: changed by one at a time. Absent: it has all that it makes to itself. */
  readonly shared?: (linking: Linking) => string;
  readonly place: (linking: Linking) => Promise<Made>;
  readonly remove: (linking: Linking) => Promise<void>;
}

/** Throws InvalidRequest for a source that has no where. */
export function refuseWhere({ where }: Linking, kind: string): void {
  if (where !== undefined) throw fail('InvalidRequest', `a source of kind ${kind} has no where`);
}

/** Throws InvalidRequest for a source that has no settings. */
export function refuseSettings({ settings }: Linking, kind: string): void {
  if (settings !== undefined && Object.keys(settings).length > 0)
    throw fail('InvalidRequest', `a source of kind ${kind} has no settings`);
}

/** Which source, which function and which mapping it is about is not for settings to say: they could name another's. */
const OURS = ['EventSourceArn', 'FunctionName', 'UUID'];

/** Throws InvalidRequest. */
export function refuseOurs(settings: EventSource['settings']): void {
  const ours = OURS.find((name) => Object.hasOwn(settings ?? {}, name));
  if (ours !== undefined) throw fail('InvalidRequest', `${ours} is no setting of an event source`);
}

/** A name that is the same every time, readable and unique. */
export function nameOf(...parts: readonly string[]): string {
  const readable = parts
    .slice(0, 2)
    .join('-')
    .replace(/[^A-Za-z0-9_-]+/g, '-');
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
  return `${readable.slice(0, 48)}-${hash}`;
}

export interface Permission {
  readonly arn: string;
  readonly service: string;
  readonly sourceArn: string;
  readonly account?: string;
}

/** Lets a service invoke the function for one source; that it may already is fine. */
export async function permit(operate: Operate, { arn, service, sourceArn, account }: Permission): Promise<void> {
  await unless('ResourceConflictException', () =>
    operate('lambda', 'AddPermission', {
      FunctionName: arn,
      StatementId: nameOf('on', service, sourceArn),
      Action: 'lambda:InvokeFunction',
      Principal: `${service}.amazonaws.com`,
      SourceArn: sourceArn,
      ...(account === undefined ? {} : { SourceAccount: account }),
    }),
  );
}

/** Takes that permission back. */
export async function forbid(operate: Operate, { arn, service, sourceArn }: Permission): Promise<void> {
  await unlessGone(() =>
    operate('lambda', 'RemovePermission', { FunctionName: arn, StatementId: nameOf('on', service, sourceArn) }),
  );
}

/** What says that something is not there, in the words of its service. */
const GONE = [
  'ResourceNotFoundException',
  'NotFoundException',
  'NotFound',
  'NoSuchBucket',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
];

/** Undefined when it is gone already. */
export async function unlessGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isFailure(error) && GONE.includes(error.code)) return undefined;
    throw error;
  }
}

/** Undefined when it failed with that code. */
export async function unless<T>(code: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isFailure(error, code)) return undefined;
    throw error;
  }
}
