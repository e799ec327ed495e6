import type { Cors } from '@aws-sdk/client-apigatewayv2';
import type { AuthorizerSettings, IntegrationSettings, Snapshot, StoredAuthorizer, StoredRoute } from './collections.ts';

/** An API as an OpenAPI 3 document; with AWS's extensions importing it makes the same again (spec/backends.md §12.1, ExportApi). */
export function definitionOf({ api, routes, integrations, authorizers }: Snapshot, extensions: boolean): object {
  const targets = new Map(integrations.map(({ id, settings }) => [`integrations/${id}`, integrationNode(settings)]));
  const judges = new Map(authorizers.map((one) => [one.id, one]));
  const paths: Record<string, Record<string, object>> = {};
  for (const route of [...routes].sort((left, right) => (left.routeKey < right.routeKey ? -1 : 1))) {
    const [method, path] = keyParts(route.routeKey);
    paths[path] ??= {};
    paths[path][method] = operationNode(route, judges, extensions ? targets.get(route.settings.Target ?? '') : undefined);
  }
  const schemes = Object.fromEntries(authorizers.map(({ settings }) => [settings.Name!, schemeNode(settings, extensions)]));
  return {
    openapi: '3.0.1',
    info: { title: api.Name, version: api.Version ?? '1.0', ...(api.Description && { description: api.Description }) },
    paths,
    components: authorizers.length > 0 ? { securitySchemes: schemes } : {},
    ...(extensions && api.CorsConfiguration && { 'x-amazon-apigateway-cors': corsNode(api.CorsConfiguration) }),
    ...(extensions && { 'x-amazon-apigateway-importexport-version': '1.0' }),
  };
}

function keyParts(key: string): [method: string, path: string] {
  if (key === '$default') return ['x-amazon-apigateway-any-method', '/$default'];
  const [method = '', path = ''] = key.split(' ', 2);
  return [method === 'ANY' ? 'x-amazon-apigateway-any-method' : method.toLowerCase(), path];
}

function operationNode(
  { settings }: StoredRoute,
  judges: ReadonlyMap<string, StoredAuthorizer>,
  integration: object | undefined,
): object {
  const judge = judges.get(settings.AuthorizerId ?? '')?.settings.Name;
  return {
    ...(settings.OperationName && { operationId: settings.OperationName }),
    responses: { default: { description: 'Default response' } },
    ...(judge && { security: [{ [judge]: settings.AuthorizationScopes ?? [] }] }),
    ...(settings.AuthorizationType === 'AWS_IAM' && { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }),
    ...(integration && { 'x-amazon-apigateway-integration': integration }),
  };
}

function integrationNode(settings: IntegrationSettings): object {
  return {
    type: settings.IntegrationType?.toLowerCase(),
    httpMethod: settings.IntegrationMethod === 'ANY' ? 'x-amazon-apigateway-any-method' : settings.IntegrationMethod,
    uri: settings.IntegrationUri,
    connectionType: settings.ConnectionType,
    credentials: settings.CredentialsArn,
    payloadFormatVersion: settings.PayloadFormatVersion,
    timeoutInMillis: settings.TimeoutInMillis,
    requestParameters: settings.RequestParameters,
    responseParameters: settings.ResponseParameters,
  };
}

function schemeNode(settings: AuthorizerSettings, extensions: boolean): object {
  const jwt = settings.AuthorizerType === 'JWT';
  const scheme = jwt ? { type: 'oauth2', flows: {} } : { type: 'apiKey', name: 'Unused', in: 'header' };
  const authorizer = {
    type: settings.AuthorizerType?.toLowerCase(),
    identitySource: settings.IdentitySource?.join(','),
    authorizerUri: settings.AuthorizerUri,
    authorizerCredentials: settings.AuthorizerCredentialsArn,
    authorizerPayloadFormatVersion: settings.AuthorizerPayloadFormatVersion,
    authorizerResultTtlInSeconds: settings.AuthorizerResultTtlInSeconds,
    enableSimpleResponses: settings.EnableSimpleResponses,
    ...(settings.JwtConfiguration && {
      jwtConfiguration: { issuer: settings.JwtConfiguration.Issuer, audience: settings.JwtConfiguration.Audience },
    }),
  };
  return extensions ? { ...scheme, 'x-amazon-apigateway-authorizer': authorizer } : scheme;
}

function corsNode(cors: Cors): object {
  return {
    allowCredentials: cors.AllowCredentials,
    allowHeaders: cors.AllowHeaders,
    allowMethods: cors.AllowMethods,
    allowOrigins: cors.AllowOrigins,
    exposeHeaders: cors.ExposeHeaders,
    maxAge: cors.MaxAge,
  };
}
