import type { DeleteAccessLogSettingsRequest, DeleteRouteSettingsRequest } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi } from './change-api.ts';
import { stages } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { partOf } from './parts.ts';
import { notFound } from './refusals.ts';

/** DeleteRouteSettings: the route has the stage's default again (spec/backends.md §12.1). */
export function deleteRouteSettings(deps: ApiGatewayDeps): Operation<DeleteRouteSettingsRequest> {
  return async ({ ApiId, StageName = '', RouteKey = '' }, context) => {
    await changeApi(deps, context, ApiId, async (tx, { api }) => {
      const stage = await partOf(tx, 'Stage', [api, StageName]);
      const { [RouteKey]: gone, ...others } = stage.settings.RouteSettings ?? {};
      if (!gone) throw notFound('RouteSettings', RouteKey);
      await tx.put(stages, { ...stage, updated: context.now, settings: { ...stage.settings, RouteSettings: others } });
    });
    return {};
  };
}

/** DeleteAccessLogSettings (spec/backends.md §12.1). */
export function deleteAccessLogSettings(deps: ApiGatewayDeps): Operation<DeleteAccessLogSettingsRequest> {
  return async ({ ApiId, StageName = '' }, context) => {
    await changeApi(deps, context, ApiId, async (tx, { api }) => {
      const stage = await partOf(tx, 'Stage', [api, StageName]);
      const { AccessLogSettings: _, ...settings } = stage.settings;
      await tx.put(stages, { ...stage, updated: context.now, settings });
    });
    return {};
  };
}
