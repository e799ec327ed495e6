import type { CreateDeploymentRequest, CreateDeploymentResponse } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi, newPartId, putDeployment } from './change-api.ts';
import { deployments, routes, stages } from './collections.ts';
import { shownDeployment } from './deployment-settings.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { partOf } from './parts.ts';
import { badRequest } from './refusals.ts';
import { checkRoom } from './room.ts';

/** CreateDeployment: keeps the API as it is now, and shows it on a stage when one is named (spec/backends.md §12.1). */
export function createDeployment(deps: ApiGatewayDeps): Operation<CreateDeploymentRequest, CreateDeploymentResponse> {
  return async ({ ApiId, StageName, Description }, context) => {
    const row = { api: ApiId ?? '', id: newPartId(deps), created: context.now, auto: false, description: Description };
    await changeApi(deps, context, ApiId, async (tx, { api }) => {
      if ((await tx.count(routes, [api])) === 0) throw badRequest('Unable to deploy API because no routes exist in this API');
      await checkRoom(tx, deployments, api);
      const stage = StageName ? await partOf(tx, 'Stage', [api, StageName]) : undefined;
      if (stage?.settings.AutoDeploy) throw badRequest('Deployment cannot be made for a stage with autoDeploy enabled');
      await putDeployment(tx, row);
      if (stage) await tx.put(stages, { ...stage, deployment: row.id, updated: context.now });
    });
    return shownDeployment(row);
  };
}
