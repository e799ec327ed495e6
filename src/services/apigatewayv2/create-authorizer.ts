import type { CreateAuthorizerRequest, CreateAuthorizerResponse } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { checkedAuthorizer, shownAuthorizer } from './authorizer-settings.ts';
import { changeApi, newPartId } from './change-api.ts';
import { authorizers, type StoredAuthorizer } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { checkRoom } from './room.ts';

/** CreateAuthorizer (spec/backends.md §12.1). The issuer is asked when the first token comes, not here. */
export function createAuthorizer(deps: ApiGatewayDeps): Operation<CreateAuthorizerRequest, CreateAuthorizerResponse> {
  return async ({ ApiId, ...input }, context) => {
    const row: StoredAuthorizer = { api: ApiId ?? '', id: newPartId(deps), settings: checkedAuthorizer(input, context) };
    await changeApi(deps, context, ApiId, async (tx) => {
      await checkRoom(tx, authorizers, row.api);
      await tx.put(authorizers, row);
    });
    return shownAuthorizer(row);
  };
}
