import type { DeleteRouteRequestParameterRequest } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { ownApi } from './change-api.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { partOf } from './parts.ts';
import { notFound } from './refusals.ts';

/** DeleteRouteRequestParameter: routes have none here, for they are not enforced, so none is found. */
export function deleteRouteRequestParameter(deps: ApiGatewayDeps): Operation<DeleteRouteRequestParameterRequest> {
  return async ({ ApiId = '', RouteId = '', RequestParameterKey = '' }, context) => {
    const { api } = await ownApi(deps.store.read, context, ApiId);
    await partOf(deps.store.read, 'Route', [api, RouteId]);
    throw notFound('RequestParameter', RequestParameterKey);
  };
}
