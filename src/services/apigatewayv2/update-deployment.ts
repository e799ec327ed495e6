import type { UpdateDeploymentRequest, UpdateDeploymentResponse } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { ownApi } from './change-api.ts';
import { deployments } from './collections.ts';
import { shownDeployment } from './deployment-settings.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { partOf } from './parts.ts';

/** UpdateDeployment: its description; what it holds never changes (spec/backends.md §12.1). */
export function updateDeployment(deps: ApiGatewayDeps): Operation<UpdateDeploymentRequest, UpdateDeploymentResponse> {
  return async ({ ApiId = '', DeploymentId = '', Description }, context) => {
    const changed = await deps.store.transact(async (tx) => {
      const { api } = await ownApi(tx, context, ApiId);
      const before = await partOf(tx, 'Deployment', [api, DeploymentId]);
      const row = { ...before, ...(Description !== undefined && { description: Description || undefined }) };
      await tx.put(deployments, row);
      return row;
    });
    return shownDeployment(changed);
  };
}
