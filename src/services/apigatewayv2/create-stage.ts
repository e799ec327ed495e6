import type { CreateStageRequest, CreateStageResponse } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi } from './change-api.ts';
import { type StoredStage, stages } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { partOf } from './parts.ts';
import { badRequest, conflict } from './refusals.ts';
import { checkRoom } from './room.ts';
import { checkedStage, checkStageName, shownStage } from './stage-settings.ts';
import { checkTags } from './tags.ts';

/** CreateStage (spec/backends.md §12.1): with AutoDeploy it serves the API as it is, else the deployment that it is given. */
export function createStage(deps: ApiGatewayDeps): Operation<CreateStageRequest, CreateStageResponse> {
  return async ({ ApiId, StageName = '', DeploymentId, Tags, ...input }, context) => {
    checkStageName(StageName);
    const settings = checkedStage(input, context);
    if (settings.AutoDeploy && DeploymentId) throw badRequest('Deployment ID cannot be set for a stage with autoDeploy enabled');
    const row: StoredStage = {
      api: ApiId ?? '',
      id: StageName,
      created: context.now,
      updated: context.now,
      authorizers: '',
      settings,
      tags: checkTags(Tags ?? {}),
    };
    await changeApi(deps, context, ApiId, async (tx, { api }) => {
      if (await tx.get(stages, [api, StageName])) throw conflict(`Stage with name ${StageName} already exists for this API`);
      await checkRoom(tx, stages, api);
      if (DeploymentId) await partOf(tx, 'Deployment', [api, DeploymentId]);
      await tx.put(stages, { ...row, ...(DeploymentId && { deployment: DeploymentId }) });
    });
    // An automatic deployment has its id from the transaction.
    return shownStage(await partOf(deps.store.read, 'Stage', [row.api, StageName]));
  };
}
