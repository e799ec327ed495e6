import type { GetApiRequest, GetApiResponse, GetApisRequest, GetApisResponse } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { shownApi } from './api-settings.ts';
import { ownApi } from './change-api.ts';
import { apis } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { listPage } from './paging.ts';

/** GetApi (spec/backends.md §12.1). */
export function getApi(deps: ApiGatewayDeps): Operation<GetApiRequest, GetApiResponse> {
  return async (input, context) => shownApi(deps, context, await ownApi(deps.store.read, context, input.ApiId ?? ''));
}

/** GetApis: of this account and region. */
export function getApis(deps: ApiGatewayDeps): Operation<GetApisRequest, GetApisResponse> {
  return async (input, context) => {
    const prefix = [context.account, context.region];
    const { items, NextToken } = await listPage(deps.store.read, { in: apis, index: 'place', prefix }, input);
    return { Items: items.map((api) => shownApi(deps, context, api)), NextToken };
  };
}
