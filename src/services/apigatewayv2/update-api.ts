import type { UpdateApiRequest, UpdateApiResponse } from '@aws-sdk/client-apigatewayv2';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { changedApiSettings, shownApi } from './api-settings.ts';
import { changeApi, everyPart } from './change-api.ts';
import { apis, integrations, routes, type StoredApi } from './collections.ts';
import { quickIntegration } from './create-api.ts';
import { putRoute } from './create-route.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { badRequest } from './refusals.ts';
import { checkedRoute } from './route-settings.ts';

/** UpdateApi (spec/backends.md §12.1): what is given replaces what was. Target and RouteKey change what quick create made. */
export function updateApi(deps: ApiGatewayDeps): Operation<UpdateApiRequest, UpdateApiResponse> {
  return async ({ ApiId, Target, RouteKey, CredentialsArn, ...input }, context) => {
    const changed = await changeApi(deps, context, ApiId, async (tx, api) => {
      const after: StoredApi = { ...api, settings: changedApiSettings(api.settings, input) };
      await tx.put(apis, after);
      if (Target !== undefined || CredentialsArn !== undefined) await retarget(tx, api, { Target, CredentialsArn });
      if (RouteKey !== undefined) await rekey(tx, api.api, RouteKey);
      return after;
    });
    return shownApi(deps, context, changed);
  };
}

type Quick = Pick<UpdateApiRequest, 'Target' | 'CredentialsArn'>;

async function retarget(tx: Transaction, api: StoredApi, { Target, CredentialsArn }: Quick): Promise<void> {
  const own = (await everyPart(tx, integrations, api.api)).find(({ managed }) => managed);
  if (!own) throw badRequest('Target and CredentialsArn can be changed only for APIs that were made with a Target');
  const target = Target ?? own.settings.IntegrationUri ?? '';
  const credentials = CredentialsArn ?? own.settings.CredentialsArn;
  await tx.put(integrations, { ...own, settings: quickIntegration({ target, credentials }, api) });
}

async function rekey(tx: Transaction, api: string, RouteKey: string): Promise<void> {
  const own = (await everyPart(tx, routes, api)).find(({ managed }) => managed);
  if (!own) throw badRequest('RouteKey can be changed only for APIs that were made with a Target');
  await putRoute(tx, { ...own, routeKey: RouteKey, settings: checkedRoute({ ...own.settings, RouteKey }) });
}
