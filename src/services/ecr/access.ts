import type { Reader } from '../../kernel/index.ts';
import { type AccessRequest, type OperationContext, type Place, parseArn } from '../../model/index.ts';
import { type InRepository, repositories } from './collections.ts';
import { placeOf, repositoryArn } from './repositories.ts';
import { policyOn } from './repository-policy.ts';

type Input = Readonly<Record<string, unknown>>;

/** What can always be done by an owner's root, whatever the repository's policy denies: mend it. */
const MENDING: ReadonlySet<string> = new Set([
  'SetRepositoryPolicy',
  'GetRepositoryPolicy',
  'DeleteRepositoryPolicy',
  'DeleteRepository',
]);

/** What each operation asks of IAM, with the repository's own policy. */
export async function accessRequests(
  from: Reader,
  operation: string,
  input: Input,
  context: OperationContext,
): Promise<readonly AccessRequest[]> {
  if (operation === 'GetAuthorizationToken' || operation === 'DescribeRegistry')
    return [{ action: `ecr:${operation}`, resource: '*', context: {} }];
  const conditions = conditionsOf(input);
  const named = input.repositoryNames as readonly string[] | undefined;
  if (typeof input.resourceArn === 'string') {
    const { account = '', resource = '' } = parseArn(input.resourceArn) ?? {};
    const at = { account, region: context.region, repository: resource.replace('repository/', '') };
    return [await repositoryRequest(from, at, { action: operation, conditions })];
  }
  const names = named ?? [(input.repositoryName as string | undefined) ?? '*'];
  const registryId = input.registryId as string | undefined;
  return Promise.all(
    names.map((repositoryName) =>
      repositoryRequest(from, placeOf({ registryId, repositoryName }, context), { action: operation, conditions }),
    ),
  );
}

/** One action on one repository. */
export async function repositoryRequest(
  from: Reader,
  at: InRepository,
  { action, conditions = {} }: { readonly action: string; readonly conditions?: AccessRequest['context'] },
): Promise<AccessRequest> {
  const arn = repositoryArn(at);
  const { policy } = (await from.get(repositories, [at.account, at.region, at.repository])) ?? {};
  const request = { action: `ecr:${action}`, resource: arn, context: conditions, resourceAccount: at.account };
  return policy === undefined || MENDING.has(action) ? request : { ...request, resourcePolicy: policyOn(policy, arn) };
}

export function ownPlace({ account, region }: Place, repository: string): InRepository {
  return { account, region, repository };
}

function conditionsOf(input: Input): AccessRequest['context'] {
  const conditions: Record<string, string | readonly string[]> = {};
  const tags = input.tags as readonly { readonly Key?: string; readonly Value?: string }[] | undefined;
  for (const { Key = '', Value = '' } of tags ?? []) conditions[`aws:requesttag/${Key.toLowerCase()}`] = Value;
  const keys = (input.tagKeys as string[] | undefined) ?? tags?.map(({ Key = '' }) => Key);
  if (keys) conditions['aws:tagkeys'] = keys;
  return conditions;
}
