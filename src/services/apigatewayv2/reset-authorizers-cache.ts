import type { ResetAuthorizersCacheRequest } from '@aws-sdk/client-apigatewayv2';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import { changeApi } from './change-api.ts';
import { stages } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { partOf } from './parts.ts';

/** ResetAuthorizersCache: what authorizers answered for this stage so far counts no longer (spec/backends.md §12.1). */
export function resetAuthorizersCache(deps: ApiGatewayDeps): Operation<ResetAuthorizersCacheRequest> {
  return async ({ ApiId, StageName }, context) => {
    const epoch = deps.ids.hex(8);
    if (StageName === undefined) throw settingNotImplemented('ResetAuthorizersCache without StageName');
    await changeApi(deps, context, ApiId, async (tx, { api }) => {
      const stage = await partOf(tx, 'Stage', [api, StageName]);
      await tx.put(stages, { ...stage, authorizers: epoch });
    });
    return {};
  };
}
