import type { Route } from '@aws-sdk/client-apigatewayv2';
import type { Reader } from '../../kernel/index.ts';
import { parseRouteKey, settingNotImplemented } from '../../model/index.ts';
import { authorizers, integrations, type RouteSettings, routes, type StoredRoute } from './collections.ts';
import { badRequest, conflict, notFound } from './refusals.ts';

/** Routes of HTTP APIs (spec/backends.md §12.1). Throws BadRequestException, NotImplemented for what is not served here. */
export function checkedRoute(given: RouteSettings): RouteSettings {
  const { RouteKey: key = '', ApiKeyRequired, AuthorizationType = 'NONE', AuthorizationScopes: scopes = [] } = given;
  const parsed = parseRouteKey(key);
  if (!parsed)
    throw badRequest(
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    );
  if (ApiKeyRequired) throw badRequest('ApiKeyRequired is supported only for WebSocket APIs');
  for (const name of ['ModelSelectionExpression', 'RouteResponseSelectionExpression'] as const)
    if (given[name]) throw badRequest(`${name} is supported only for WebSocket APIs`);
  if (Object.keys(given.RequestModels ?? {}).length > 0) throw badRequest('RequestModels are supported only for WebSocket APIs');
  if (Object.keys(given.RequestParameters ?? {}).length > 0) throw settingNotImplemented('RequestParameters of a route');
  const needsAuthorizer = AuthorizationType === 'JWT' || AuthorizationType === 'CUSTOM';
  if (needsAuthorizer && !given.AuthorizerId)
    throw badRequest(`AuthorizerId is required for AuthorizationType ${AuthorizationType}`);
  if (!needsAuthorizer && given.AuthorizerId)
    throw badRequest(`AuthorizerId is not supported for AuthorizationType ${AuthorizationType}`);
  if (scopes.length > 0 && AuthorizationType !== 'JWT')
    throw badRequest('AuthorizationScopes are supported only with a JWT authorizer');
  return {
    ...given,
    ApiKeyRequired: false,
    AuthorizationType,
    Target: given.Target || undefined,
    AuthorizerId: given.AuthorizerId || undefined,
  };
}

/** What a route refers to must be there, and its key be new: throws NotFoundException, BadRequestException, ConflictException. */
export async function checkReferences(from: Reader, { api, id, settings }: StoredRoute): Promise<void> {
  const { RouteKey, Target, AuthorizerId, AuthorizationType } = settings;
  const same = await from.range(routes, { index: 'route-key', prefix: [api, RouteKey!], limit: 2 });
  if (same.items.some((other) => other.id !== id)) throw conflict(`Route with key ${RouteKey} already exists for this API`);
  if (Target !== undefined) {
    const integration = /^integrations\/(.+)$/.exec(Target)?.[1];
    if (integration === undefined) throw badRequest(`Invalid target specified: ${Target}`);
    if (!(await from.get(integrations, [api, integration]))) throw notFound('Integration', integration);
  }
  if (AuthorizerId === undefined) return;
  const authorizer = await from.get(authorizers, [api, AuthorizerId]);
  if (!authorizer) throw notFound('Authorizer', AuthorizerId);
  if ((authorizer.settings.AuthorizerType === 'JWT') !== (AuthorizationType === 'JWT'))
    throw badRequest(`Authorizer ${AuthorizerId} is not of AuthorizationType ${AuthorizationType}`);
}

export function shownRoute({ id, managed, settings }: StoredRoute): Route {
  return { ...settings, RouteId: id, ...(managed && { ApiGatewayManaged: true }) };
}
