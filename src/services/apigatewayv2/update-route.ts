import type { UpdateRouteRequest, UpdateRouteResult } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi } from './change-api.ts';
import { putRoute } from './create-route.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { given, partOf } from './parts.ts';
import { badRequest } from './refusals.ts';
import { checkedRoute, shownRoute } from './route-settings.ts';

/** UpdateRoute: what is given replaces what was; an empty Target or AuthorizerId removes it (spec/backends.md §12.1). */
export function updateRoute(deps: ApiGatewayDeps): Operation<UpdateRouteRequest, UpdateRouteResult> {
  return async ({ ApiId, RouteId, ...input }, context) => {
    const changed = await changeApi(deps, context, ApiId, async (tx, { api }) => {
      const before = await partOf(tx, 'Route', [api, RouteId ?? '']);
      if (before.managed && Object.keys(given(input)).some((name) => name !== 'RouteKey' && name !== 'Target'))
        throw badRequest('A route that quick create made cannot be changed so');
      const leavesAuthorizer = input.AuthorizationType === 'NONE' || input.AuthorizationType === 'AWS_IAM';
      const settings = checkedRoute({
        ...before.settings,
        ...(leavesAuthorizer && { AuthorizerId: undefined, AuthorizationScopes: [] }),
        ...given(input),
      });
      const route = { ...before, routeKey: settings.RouteKey!, settings };
      await putRoute(tx, route);
      return route;
    });
    return shownRoute(changed);
  };
}
