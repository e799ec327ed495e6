import type { Cors } from '@aws-sdk/client-apigatewayv2';
import { type Place, settingNotImplemented } from '../../model/index.ts';
import { newApiSettings } from './api-settings.ts';
import { checkedAuthorizer } from './authorizer-settings.ts';
import type { ApiSettings, AuthorizerSettings, IntegrationSettings, RouteSettings } from './collections.ts';
import { checkedIntegration } from './integration-settings.ts';
import { listed, member, type Node, node, nodes, readDocument, text, textMap, texts } from './openapi-nodes.ts';
import { badRequest } from './refusals.ts';
import { checkedRoute } from './route-settings.ts';

/** What an OpenAPI 3 document makes, all of it checked. */
export interface Definition {
  readonly settings: ApiSettings;
  readonly tags: Readonly<Record<string, string>>;
  /** By the names of their security schemes. */
  readonly authorizers: ReadonlyMap<string, AuthorizerSettings>;
  readonly routes: readonly DefinedRoute[];
}

export interface DefinedRoute {
  /** Without target and authorizer, which get their ids when they are stored. */
  readonly settings: RouteSettings;
  readonly integration?: IntegrationSettings;
  readonly authorizer?: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const ANY = 'x-amazon-apigateway-any-method';
const INTEGRATION = 'x-amazon-apigateway-integration';
/** Extensions that mean something to REST APIs alone would be ignored: they are refused. */
const EXTENSIONS = new Set([
  ANY,
  INTEGRATION,
  'x-amazon-apigateway-integrations',
  'x-amazon-apigateway-cors',
  'x-amazon-apigateway-authorizer',
  'x-amazon-apigateway-auth',
  'x-amazon-apigateway-importexport-version',
  'x-amazon-apigateway-tag-value',
]);

/**
 * Reads an OpenAPI 3 document of an HTTP API (JSON) with AWS's extensions (spec/backends.md §12.1, ImportApi). Throws BadRequestException,
 * NotImplemented for what is not served here.
 */
export function readDefinition(body: string, place: Pick<Place, 'account'>): Definition {
  const document = readDocument(body);
  refuseExtensions(document);
  const info = node(document, 'info') ?? {};
  const cors = node(document, 'x-amazon-apigateway-cors');
  const components = node(document, 'components') ?? {};
  const schemes = nodes(components, 'securitySchemes');
  const authorizers = new Map(schemes.flatMap(([name, scheme]) => authorizerOf(name, scheme, place)));
  const usual = securityOf(document);
  const shared = Object.fromEntries(nodes(components, 'x-amazon-apigateway-integrations'));
  return {
    settings: newApiSettings({
      Name: text(info, 'title') ?? badTitle(),
      ProtocolType: 'HTTP',
      Version: text(info, 'version'),
      Description: text(info, 'description'),
      CorsConfiguration: cors && corsOf(cors),
    }),
    tags: tagsOf(document),
    authorizers,
    routes: nodes(document, 'paths').flatMap(([path, item]) => routesOf({ path, item, usual, shared, authorizers, place })),
  };
}

function badTitle(): never {
  throw badRequest('The title of the API is missing: info.title');
}

const DEEPEST = 200;

function refuseExtensions(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEEPEST) throw badRequest('Unable to parse API definition because it is nested too deeply');
  for (const [name, inner] of Object.entries(value)) {
    if (name.startsWith('x-amazon-apigateway-') && !EXTENSIONS.has(name)) throw settingNotImplemented(name);
    if (name !== INTEGRATION) refuseExtensions(inner, depth + 1);
  }
}

function tagsOf(document: Node): Record<string, string> {
  return Object.fromEntries(
    listed(document, 'tags').flatMap((tag) => {
      const value = text(tag, 'x-amazon-apigateway-tag-value');
      return value === undefined ? [] : [[text(tag, 'name') ?? '', value]];
    }),
  );
}

function corsOf(cors: Node): Cors {
  return {
    AllowCredentials: member(cors, 'allowCredentials', 'boolean'),
    AllowHeaders: texts(cors, 'allowHeaders'),
    AllowMethods: texts(cors, 'allowMethods')?.map((method) => method.toUpperCase()),
    AllowOrigins: texts(cors, 'allowOrigins'),
    ExposeHeaders: texts(cors, 'exposeHeaders'),
    MaxAge: member(cors, 'maxAge', 'number'),
  };
}

function authorizerOf(name: string, scheme: Node, place: Pick<Place, 'account'>): [string, AuthorizerSettings][] {
  const given = node(scheme, 'x-amazon-apigateway-authorizer');
  if (!given) return [];
  const jwt = node(given, 'jwtConfiguration');
  const sources = texts(given, 'identitySource') ?? text(given, 'identitySource')?.split(',') ?? [];
  return [
    [
      name,
      checkedAuthorizer(
        {
          Name: name,
          AuthorizerType: text(given, 'type')?.toUpperCase() as AuthorizerSettings['AuthorizerType'],
          IdentitySource: sources.map((source) => source.trim()).filter((source) => source !== ''),
          AuthorizerUri: text(given, 'authorizerUri'),
          AuthorizerCredentialsArn: text(given, 'authorizerCredentials'),
          AuthorizerPayloadFormatVersion: text(given, 'authorizerPayloadFormatVersion'),
          AuthorizerResultTtlInSeconds: member(given, 'authorizerResultTtlInSeconds', 'number'),
          EnableSimpleResponses: member(given, 'enableSimpleResponses', 'boolean'),
          JwtConfiguration: jwt && { Issuer: text(jwt, 'issuer'), Audience: texts(jwt, 'audience') },
        },
        place,
      ),
    ],
  ];
}

interface PathItem {
  readonly path: string;
  readonly item: Node;
  /** The document's own security, for operations without theirs. */
  readonly usual: Security | undefined;
  readonly shared: Readonly<Record<string, Node>>;
  readonly authorizers: Definition['authorizers'];
  readonly place: Pick<Place, 'account'>;
}

function routesOf(at: PathItem): DefinedRoute[] {
  return [...METHODS, ANY].flatMap((method) => {
    const operation = node(at.item, method);
    return operation ? [routeOf(at, method, operation)] : [];
  });
}

function routeOf({ path, usual, shared, authorizers, place }: PathItem, method: string, operation: Node): DefinedRoute {
  const RouteKey = path === '/$default' ? '$default' : `${method === ANY ? 'ANY' : method.toUpperCase()} ${path}`;
  const [scheme, scopes] = oneOf(securityOf(operation) ?? usual ?? [], RouteKey);
  const authorizer = scheme === undefined ? undefined : authorizers.get(scheme);
  if (scheme !== undefined && !authorizer) throw badRequest(`${RouteKey} names ${scheme}, which has no authorizer`);
  const iam = text(node(operation, 'x-amazon-apigateway-auth') ?? {}, 'type')?.toUpperCase() === 'AWS_IAM';
  const AuthorizationType = iam ? 'AWS_IAM' : authorizer ? (authorizer.AuthorizerType === 'JWT' ? 'JWT' : 'CUSTOM') : 'NONE';
  const checked = checkedRoute({
    RouteKey,
    OperationName: text(operation, 'operationId'),
    AuthorizationType,
    // Its id comes when it is stored.
    ...(authorizer && !iam && { AuthorizerId: scheme }),
    ...(scopes.length > 0 && { AuthorizationScopes: [...scopes] }),
  });
  const { AuthorizerId, ...settings } = checked;
  return { settings, authorizer: AuthorizerId, integration: integrationOf(node(operation, INTEGRATION), shared, place) };
}

type Security = readonly (readonly [scheme: string, scopes: readonly string[]])[];

function securityOf(of: Node): Security | undefined {
  if (of.security === undefined) return undefined;
  return listed(of, 'security').flatMap((one) => Object.keys(one).map((name) => [name, texts(one, name) ?? []] as const));
}

/** HTTP APIs take one scheme for a route. */
function oneOf(security: Security, routeKey: string): readonly [string | undefined, readonly string[]] {
  if (security.length > 1) throw badRequest(`${routeKey} has more than one security scheme; HTTP APIs take one`);
  return security[0] ?? [undefined, []];
}

function integrationOf(
  given: Node | undefined,
  shared: PathItem['shared'],
  place: PathItem['place'],
): IntegrationSettings | undefined {
  if (!given) return undefined;
  const reference = text(given, '$ref');
  if (reference !== undefined) {
    const name = reference.replace('#/components/x-amazon-apigateway-integrations/', '');
    if (!Object.hasOwn(shared, name)) throw badRequest(`There is no ${reference}`);
    return integrationOf(shared[name], {}, place);
  }
  const answers = node(given, 'responseParameters');
  const parameters = textMap(given, 'requestParameters');
  return checkedIntegration(
    {
      IntegrationType: text(given, 'type')?.toUpperCase() as IntegrationSettings['IntegrationType'],
      IntegrationSubtype: text(given, 'integrationSubtype'),
      IntegrationUri: text(given, 'uri'),
      IntegrationMethod: text(given, 'httpMethod')?.toUpperCase().replace('X-AMAZON-APIGATEWAY-ANY-METHOD', 'ANY'),
      PayloadFormatVersion: text(given, 'payloadFormatVersion'),
      TimeoutInMillis: timeoutOf(given),
      ConnectionType: text(given, 'connectionType')?.toUpperCase() as IntegrationSettings['ConnectionType'],
      ConnectionId: text(given, 'connectionId'),
      CredentialsArn: text(given, 'credentials'),
      ...(parameters && { RequestParameters: parameters }),
      ...(answers && {
        ResponseParameters: Object.fromEntries(Object.keys(answers).map((status) => [status, textMap(answers, status)!])),
      }),
    },
    place,
  );
}

function timeoutOf(given: Node): number | undefined {
  const timeout = member(given, 'timeoutInMillis', 'number');
  if (timeout !== undefined && (timeout < 50 || timeout > 30_000)) throw badRequest('timeoutInMillis is from 50 to 30000');
  return timeout;
}
