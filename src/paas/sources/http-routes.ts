import type { Operate, Place } from '../../model/index.ts';
import { forbid, permit, refuseSettings, refuseWhere, type SourceKind, unlessGone } from './linking.ts';

interface Api {
  readonly ApiId: string;
  readonly Name: string;
  readonly ApiEndpoint: string;
}

interface Route {
  readonly RouteId: string;
  readonly RouteKey: string;
  readonly Target?: string;
}

/** `http:GET /path`: a route. All routes of an environment that are made this way belong to one HTTP API, named dalamb. */
export const routeSource: SourceKind = {
  shared: () => 'api',
  async place(linking) {
    refuseWhere(linking, 'http');
    refuseSettings(linking, 'http');
    const { operate, what, arn, account, region } = linking;
    const { ApiId, ApiEndpoint } = (await findApi(operate)) ?? (await createApi(operate));
    const target = await integrationTarget(operate, ApiId, arn);
    const route = await findRoute(operate, ApiId, what);
    if (route === undefined) await operate('apigatewayv2', 'CreateRoute', { ApiId, RouteKey: what, Target: target });
    else if (route.Target !== target)
      await operate('apigatewayv2', 'UpdateRoute', { ApiId, RouteId: route.RouteId, Target: target });
    await permit(operate, { arn, service: 'apigateway', sourceArn: callsOf({ account, region }, ApiId) });
    return { made: `route ${what} of ${ApiId}`, url: ApiEndpoint };
  },
  async remove({ operate, what, arn, account, region }) {
    const api = await findApi(operate);
    const route = api && (await findRoute(operate, api.ApiId, what));
    if (!api || !route) return;
    const { ApiId } = api;
    const IntegrationId = await findIntegration(operate, ApiId, arn);
    if (route.Target !== `integrations/${IntegrationId}`) return; // Somebody else's by now.
    await unlessGone(() => operate('apigatewayv2', 'DeleteRoute', { ApiId, RouteId: route.RouteId }));
    const routes = await routesOf(operate, ApiId);
    if (routes.some(({ Target }) => Target === route.Target)) return;
    await unlessGone(() => operate('apigatewayv2', 'DeleteIntegration', { ApiId, IntegrationId }));
    await forbid(operate, { arn, service: 'apigateway', sourceArn: callsOf({ account, region }, ApiId) });
  },
};

function callsOf({ account, region }: Place, ApiId: string): string {
  return `arn:aws:execute-api:${region}:${account}:${ApiId}/*`;
}

async function findApi(operate: Operate): Promise<Api | undefined> {
  return (await all<Api>(operate, 'GetApis', {})).find(({ Name }) => Name === 'dalamb');
}

async function createApi(operate: Operate): Promise<Api> {
  const api = await operate<Api>('apigatewayv2', 'CreateApi', { Name: 'dalamb', ProtocolType: 'HTTP' });
  await operate('apigatewayv2', 'CreateStage', { ApiId: api.ApiId, StageName: '$default', AutoDeploy: true });
  return api;
}

/** One integration for each function. */
async function integrationTarget(operate: Operate, ApiId: string, IntegrationUri: string): Promise<string> {
  const known = await findIntegration(operate, ApiId, IntegrationUri);
  if (known !== undefined) return `integrations/${known}`;
  const made = await operate<{ IntegrationId: string }>('apigatewayv2', 'CreateIntegration', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri,
    PayloadFormatVersion: '2.0',
  });
  return `integrations/${made.IntegrationId}`;
}

async function findIntegration(operate: Operate, ApiId: string, arn: string): Promise<string | undefined> {
  const found = await all<{ IntegrationId: string; IntegrationUri?: string }>(operate, 'GetIntegrations', { ApiId });
  return found.find(({ IntegrationUri }) => IntegrationUri === arn)?.IntegrationId;
}

async function findRoute(operate: Operate, ApiId: string, key: string): Promise<Route | undefined> {
  return (await routesOf(operate, ApiId)).find(({ RouteKey }) => RouteKey === key);
}

function routesOf(operate: Operate, ApiId: string): Promise<readonly Route[]> {
  return all<Route>(operate, 'GetRoutes', { ApiId });
}

async function all<T>(operate: Operate, operation: string, input: object): Promise<readonly T[]> {
  const found: T[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page: { Items?: readonly T[]; NextToken?: string } = await operate('apigatewayv2', operation, {
      ...input,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    found.push(...(page.Items ?? []));
    if (page.NextToken === undefined) return found;
    NextToken = page.NextToken;
  }
}
