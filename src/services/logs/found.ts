import { type Failure, fail, type Reader } from '../../kernel/index.ts';
import { type LogGroup, type LogStreamRow, logGroups, logStreams, type Place, parseArn } from '../../model/index.ts';

export function notFound(what: 'group' | 'stream'): Failure {
  return fail('ResourceNotFoundException', `The specified log ${what} does not exist.`);
}

export function invalid(message: string): Failure {
  return fail('InvalidParameterException', message);
}

/** The group by name, or ResourceNotFoundException. */
export async function groupNamed(read: Reader, place: Place, name: string): Promise<LogGroup> {
  const group = await read.get(logGroups, [place.account, place.region, name]);
  if (!group) throw notFound('group');
  return group;
}

export async function streamNamed(read: Reader, group: LogGroup, name: string): Promise<LogStreamRow> {
  const stream = await read.get(logStreams, [group.id, name]);
  if (!stream) throw notFound('stream');
  return stream;
}

interface Naming {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

/** The name out of logGroupName or logGroupIdentifier (a name or an ARN); exactly one of them must be given. */
export function groupNameOf({ logGroupName, logGroupIdentifier }: Naming): string {
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalid('Exactly one of logGroupName and logGroupIdentifier must be specified.');
  }
  return logGroupName ?? nameOfArn(logGroupIdentifier!);
}

/** `/aws/lambda/f` out of `arn:aws:logs:…:log-group:/aws/lambda/f:*`; a name stays itself. */
export function nameOfArn(identifier: string): string {
  if (!identifier.startsWith('arn:')) return identifier;
  const resource = parseArn(identifier)?.resource;
  const found = /^log-group:([^:]+)(:\*)?$/.exec(resource ?? '');
  if (!found) throw invalid(`${identifier.slice(0, 256)} is not the ARN of a log group.`);
  return found[1]!;
}

/** Without the final `:*`. */
export function groupArn({ account, region, name }: Pick<LogGroup, 'account' | 'region' | 'name'>): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}
