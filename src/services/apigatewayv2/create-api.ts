import type { CreateApiRequest, CreateApiResponse } from '@aws-sdk/client-apigatewayv2';
import type { Transaction } from '../../kernel/index.ts';
import { type Operation, type Place, settingNotImplemented } from '../../model/index.ts';
import { newApiSettings, shownApi } from './api-settings.ts';
import { newChange, newPartId, settle } from './change-api.ts';
import { apis, integrations, type StoredApi, type StoredStage, stages } from './collections.ts';
import { putRoute } from './create-route.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { checkedIntegration } from './integration-settings.ts';
import { badRequest } from './refusals.ts';
import { checkedRoute } from './route-settings.ts';
import { checkedStage } from './stage-settings.ts';
import { checkTags } from './tags.ts';

/** CreateApi; with Target it is a quick create: a route, its integration and a `$default` stage come along (spec/backends.md §12.1). */
export function createApi(deps: ApiGatewayDeps): Operation<CreateApiRequest, CreateApiResponse> {
  return async (input, context) => {
    const api: StoredApi = {
      api: newApiId(deps),
      account: context.account,
      region: context.region,
      revision: '',
      created: context.now,
      settings: newApiSettings(input),
      tags: checkTags(input.Tags ?? {}),
    };
    if (input.Target === undefined && (input.RouteKey ?? input.CredentialsArn) !== undefined)
      throw badRequest('RouteKey and CredentialsArn need a Target');
    const quick = input.Target === undefined ? undefined : quickParts(deps, api, input as QuickInput);
    const change = newChange(deps, context);
    await deps.store.transact(async (tx) => {
      await tx.put(apis, api);
      if (quick) await putQuick(tx, quick);
      await settle(tx, api.api, change);
    });
    return shownApi(deps, context, api);
  };
}

/** Ten characters that cannot be guessed in any useful time, as AWS's. */
export function newApiId(deps: ApiGatewayDeps): string {
  return deps.ids.base32(10).toLowerCase();
}

type QuickInput = Pick<CreateApiRequest, 'RouteKey' | 'CredentialsArn'> & { readonly Target: string };
type QuickParts = ReturnType<typeof quickParts>;

function quickParts(
  deps: ApiGatewayDeps,
  { api, account, region, created }: StoredApi,
  { Target, RouteKey = '$default', CredentialsArn }: QuickInput,
) {
  const integration = {
    api,
    id: newPartId(deps),
    managed: true,
    settings: quickIntegration({ target: Target, credentials: CredentialsArn }, { account }),
  };
  const settings = checkedRoute({ RouteKey, Target: `integrations/${integration.id}` });
  const route = { api, id: newPartId(deps), managed: true, routeKey: RouteKey, settings };
  const stage: StoredStage = {
    api,
    id: '$default',
    managed: true,
    created,
    updated: created,
    authorizers: '',
    settings: checkedStage({ AutoDeploy: true }, { account, region }),
    tags: {},
  };
  return { integration, route, stage };
}

/** The integration that a Target stands for: a function's ARN (called by a role, if one is given) or a URL. */
export function quickIntegration(
  { target, credentials }: { readonly target: string; readonly credentials?: string },
  place: Pick<Place, 'account'>,
) {
  if (/^arn:/.test(target)) {
    return checkedIntegration(
      { IntegrationType: 'AWS_PROXY', IntegrationUri: target, PayloadFormatVersion: '2.0', CredentialsArn: credentials },
      place,
    );
  }
  if (!/^https?:/.test(target)) throw settingNotImplemented(`Target ${target.slice(0, 100)}`);
  return checkedIntegration(
    { IntegrationType: 'HTTP_PROXY', IntegrationUri: target, IntegrationMethod: 'ANY', CredentialsArn: credentials },
    place,
  );
}

async function putQuick(tx: Transaction, { integration, route, stage }: QuickParts): Promise<void> {
  await tx.put(integrations, integration);
  await putRoute(tx, route);
  await tx.put(stages, stage);
}
