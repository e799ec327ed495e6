import type { CreateRouteRequest, CreateRouteResult } from '@aws-sdk/client-apigatewayv2';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { changeApi, newPartId } from './change-api.ts';
import { routes, type StoredRoute } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { checkRoom } from './room.ts';
import { checkedRoute, checkReferences, shownRoute } from './route-settings.ts';

/** CreateRoute (spec/backends.md §12.1). */
export function createRoute(deps: ApiGatewayDeps): Operation<CreateRouteRequest, CreateRouteResult> {
  return async ({ ApiId, ...input }, context) => {
    const settings = checkedRoute(input);
    const id = newPartId(deps);
    const route: StoredRoute = { api: ApiId ?? '', id, routeKey: settings.RouteKey!, settings };
    await changeApi(deps, context, ApiId, async (tx) => {
      await checkRoom(tx, routes, route.api);
      await putRoute(tx, route);
    });
    return shownRoute(route);
  };
}

/** Stores a route once what it refers to is there and its key is its own. */
export async function putRoute(tx: Transaction, route: StoredRoute): Promise<void> {
  await checkReferences(tx, route);
  await tx.put(routes, route);
}
