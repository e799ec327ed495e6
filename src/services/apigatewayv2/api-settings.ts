import type { Api, Cors, CreateApiRequest, UpdateApiRequest } from '@aws-sdk/client-apigatewayv2';
import { type OperationContext, settingNotImplemented } from '../../model/index.ts';
import type { ApiSettings, StoredApi } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { badRequest } from './refusals.ts';

/** The only one that HTTP APIs may have (spec/backends.md §12.1). */
const ROUTE_SELECTION = '$request.method $request.path';
const API_KEY_SELECTION = '$request.header.x-api-key';

/** What is kept of CreateApi's input. Throws BadRequestException, NotImplemented for what is not enforced here. */
export function newApiSettings(input: CreateApiRequest): ApiSettings {
  const { Name, Description, Version, CorsConfiguration, DisableExecuteApiEndpoint = false, ...rest } = input;
  if (input.ProtocolType !== 'HTTP') throw settingNotImplemented(`ProtocolType ${input.ProtocolType}`);
  refuseUnkept(rest);
  return {
    Name,
    ProtocolType: 'HTTP',
    DisableExecuteApiEndpoint,
    RouteSelectionExpression: ROUTE_SELECTION,
    ApiKeySelectionExpression: API_KEY_SELECTION,
    IpAddressType: 'ipv4',
    ...(Description && { Description }),
    ...(Version && { Version }),
    ...(CorsConfiguration && { CorsConfiguration: checkedCors(CorsConfiguration) }),
  };
}

/** UpdateApi: what is given replaces what was; an empty text removes it. */
export function changedApiSettings(before: ApiSettings, input: Omit<UpdateApiRequest, 'ApiId'>): ApiSettings {
  const { Name, Description, Version, CorsConfiguration, DisableExecuteApiEndpoint, ...rest } = input;
  refuseUnkept(rest);
  return {
    ...before,
    ...(Name !== undefined && { Name }),
    ...(Description !== undefined && { Description: Description || undefined }),
    ...(Version !== undefined && { Version: Version || undefined }),
    ...(CorsConfiguration !== undefined && { CorsConfiguration: checkedCors(CorsConfiguration) }),
    ...(DisableExecuteApiEndpoint !== undefined && { DisableExecuteApiEndpoint }),
  };
}

type Unkept = Pick<
  UpdateApiRequest,
  'ApiKeySelectionExpression' | 'RouteSelectionExpression' | 'DisableSchemaValidation' | 'IpAddressType'
>;

/** Defaults may be written back. */
function refuseUnkept(input: Unkept): void {
  const { RouteSelectionExpression: selection, ApiKeySelectionExpression: apiKey } = input;
  if (selection !== undefined && selection !== ROUTE_SELECTION)
    throw badRequest(`RouteSelectionExpression must be ${ROUTE_SELECTION} for HTTP APIs`);
  if (apiKey !== undefined && apiKey !== API_KEY_SELECTION) throw settingNotImplemented('ApiKeySelectionExpression');
  if (input.DisableSchemaValidation) throw badRequest('DisableSchemaValidation is supported only for WebSocket APIs');
  if (input.IpAddressType === 'dualstack') throw settingNotImplemented('IpAddressType dualstack');
}

function checkedCors(cors: Cors): Cors {
  if (cors.AllowCredentials && cors.AllowOrigins?.includes('*'))
    throw badRequest("allow-credentials is not supported if 'allow-origin' is *");
  for (const origin of cors.AllowOrigins ?? []) {
    if (origin === '*') continue;
    if (origin.includes('*')) throw settingNotImplemented(`AllowOrigins ${origin}`);
    if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/]+$/i.test(origin))
      throw badRequest(`Invalid format for origin ${origin}. Origin must be an absolute URI or *`);
  }
  return cors;
}

/** Where it answers, seen from this caller: `http://ID.execute-api.REGION.localhost:4566` (DESIGN §6). */
export function shownEndpoint(deps: ApiGatewayDeps, context: OperationContext, { api, region }: StoredApi): string {
  const at = new URL(context.endpoint);
  return `${at.protocol}//${api}.execute-api.${region}.${deps.urlDomain}${at.port === '' ? '' : `:${at.port}`}`;
}

/** An API as all its operations answer it. */
export function shownApi(deps: ApiGatewayDeps, context: OperationContext, row: StoredApi): Api {
  return {
    ...row.settings,
    RouteSelectionExpression: ROUTE_SELECTION,
    ApiId: row.api,
    ApiEndpoint: shownEndpoint(deps, context, row),
    CreatedDate: new Date(row.created),
    Tags: { ...row.tags },
  };
}
