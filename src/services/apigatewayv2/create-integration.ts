import type { CreateIntegrationRequest, CreateIntegrationResult } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi, newPartId } from './change-api.ts';
import { integrations, type StoredIntegration } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { checkedIntegration, shownIntegration } from './integration-settings.ts';
import { checkRoom } from './room.ts';

/** CreateIntegration (spec/backends.md §12.1). */
export function createIntegration(deps: ApiGatewayDeps): Operation<CreateIntegrationRequest, CreateIntegrationResult> {
  return async ({ ApiId, ...input }, context) => {
    const row: StoredIntegration = { api: ApiId ?? '', id: newPartId(deps), settings: checkedIntegration(input, context) };
    await changeApi(deps, context, ApiId, async (tx) => {
      await checkRoom(tx, integrations, row.api);
      await tx.put(integrations, row);
    });
    return shownIntegration(row);
  };
}
