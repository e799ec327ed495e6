import type { UpdateStageRequest, UpdateStageResponse } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi } from './change-api.ts';
import { type StageSettings, type StoredStage, stages } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { changedMap, given, partOf } from './parts.ts';
import { badRequest } from './refusals.ts';
import { checkedStage, shownStage } from './stage-settings.ts';

/** UpdateStage: what is given replaces what was; stage variables one by one, an empty text removes one (spec/backends.md §12.1). */
export function updateStage(deps: ApiGatewayDeps): Operation<UpdateStageRequest, UpdateStageResponse> {
  return async ({ ApiId, StageName = '', DeploymentId, ...input }, context) => {
    const { api } = await changeApi(deps, context, ApiId, async (tx, { api }) => {
      const before = await partOf(tx, 'Stage', [api, StageName]);
      const settings = checkedStage(merged(before.settings, input), context);
      if (settings.AutoDeploy && DeploymentId && DeploymentId !== before.deployment)
        throw badRequest('Deployment ID cannot be set for a stage with autoDeploy enabled');
      if (DeploymentId) await partOf(tx, 'Deployment', [api, DeploymentId]);
      const row: StoredStage = { ...before, settings, updated: context.now, ...(DeploymentId && { deployment: DeploymentId }) };
      await tx.put(stages, row);
      return row;
    });
    // An automatic deployment has its id from the transaction.
    return shownStage(await partOf(deps.store.read, 'Stage', [api, StageName]));
  };
}

function merged(before: StageSettings, input: StageSettings): StageSettings {
  const { DefaultRouteSettings, RouteSettings, StageVariables } = input;
  return {
    ...before,
    ...given(input),
    ...(DefaultRouteSettings && { DefaultRouteSettings: { ...before.DefaultRouteSettings, ...given(DefaultRouteSettings) } }),
    ...(RouteSettings && { RouteSettings: { ...before.RouteSettings, ...RouteSettings } }),
    ...(StageVariables && { StageVariables: changedMap(before.StageVariables, StageVariables) }),
  };
}
