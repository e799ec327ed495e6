import type { DeleteCorsConfigurationRequest } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi } from './change-api.ts';
import { apis } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';

/** DeleteCorsConfiguration (spec/backends.md §12.1). */
export function deleteCorsConfiguration(deps: ApiGatewayDeps): Operation<DeleteCorsConfigurationRequest> {
  return async ({ ApiId }, context) => {
    await changeApi(deps, context, ApiId, async (tx, api) => {
      const { CorsConfiguration: _, ...settings } = api.settings;
      await tx.put(apis, { ...api, settings });
    });
    return {};
  };
}
