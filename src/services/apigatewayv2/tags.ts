import type {
  GetTagsRequest,
  GetTagsResponse,
  TagResourceRequest,
  TagResourceResponse,
  UntagResourceRequest,
} from '@aws-sdk/client-apigatewayv2';
import type { Reader, Transaction } from '../../kernel/index.ts';
import type { Operation, OperationContext } from '../../model/index.ts';
import { ownApi } from './change-api.ts';
import { apis, stages } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { partOf } from './parts.ts';
import { badRequest } from './refusals.ts';

type Tags = Readonly<Record<string, string>>;

/** GetTags of an API or a stage (spec/backends.md §12.1). */
export function getTags(deps: ApiGatewayDeps): Operation<GetTagsRequest, GetTagsResponse> {
  return async ({ ResourceArn = '' }, context) => {
    const { tags } = await taggedRow(deps.store.read, context, ResourceArn);
    return { Tags: { ...tags } };
  };
}

export function tagResource(deps: ApiGatewayDeps): Operation<TagResourceRequest, TagResourceResponse> {
  return async ({ ResourceArn = '', Tags: added = {} }, context) => {
    await deps.store.transact(async (tx) => {
      const { tags, put } = await taggedRow(tx, context, ResourceArn);
      await put(tx, checkTags({ ...tags, ...added }));
    });
    return {};
  };
}

export function untagResource(deps: ApiGatewayDeps): Operation<UntagResourceRequest> {
  return async ({ ResourceArn = '', TagKeys = [] }, context) => {
    await deps.store.transact(async (tx) => {
      const { tags, put } = await taggedRow(tx, context, ResourceArn);
      await put(tx, Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))));
    });
    return {};
  };
}

interface Tagged {
  readonly tags: Tags;
  readonly put: (tx: Transaction, tags: Tags) => Promise<void>;
}

/** What `arn:aws:apigateway:REGION::/apis/ID[/stages/NAME]` names. Throws BadRequestException, NotFoundException. */
async function taggedRow(from: Reader, context: OperationContext, arn: string): Promise<Tagged> {
  const parts = /^arn:aws[a-z-]*:apigateway:[a-z0-9-]+::\/apis\/([a-z0-9]+)(?:\/stages\/(.+))?$/.exec(arn);
  if (!parts) throw badRequest(`Invalid ARN: ${arn}`);
  const api = await ownApi(from, context, parts[1]!);
  if (parts[2] === undefined) return { tags: api.tags, put: (tx, tags) => tx.put(apis, { ...api, tags }) };
  const stage = await partOf(from, 'Stage', [api.api, parts[2].replace('%24', '$')]);
  return { tags: stage.tags, put: (tx, tags) => tx.put(stages, { ...stage, tags }) };
}

/** At most 50, none of AWS's own. Throws BadRequestException. */
export function checkTags(tags: Tags): Tags {
  const keys = Object.keys(tags);
  if (keys.length > 50) throw badRequest('Tag limit exceeded: a resource has at most 50 tags');
  const reserved = keys.find((key) => key.toLowerCase().startsWith('aws:') && !key.startsWith('aws:cloudformation:'));
  if (reserved !== undefined) throw badRequest(`Tag key ${reserved} is reserved`);
  return tags;
}
