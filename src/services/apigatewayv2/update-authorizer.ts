import type { UpdateAuthorizerRequest, UpdateAuthorizerResponse } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { checkedAuthorizer, shownAuthorizer } from './authorizer-settings.ts';
import { changeApi } from './change-api.ts';
import { authorizers, type StoredAuthorizer } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { given, partOf } from './parts.ts';
import { badRequest } from './refusals.ts';

/** UpdateAuthorizer: what is given replaces what was; its type stays (spec/backends.md §12.1). */
export function updateAuthorizer(deps: ApiGatewayDeps): Operation<UpdateAuthorizerRequest, UpdateAuthorizerResponse> {
  return async ({ ApiId, AuthorizerId, ...input }, context) => {
    const changed = await changeApi(deps, context, ApiId, async (tx, { api }) => {
      const before = await partOf(tx, 'Authorizer', [api, AuthorizerId ?? '']);
      if (input.AuthorizerType !== undefined && input.AuthorizerType !== before.settings.AuthorizerType)
        throw badRequest('AuthorizerType cannot be changed');
      const row: StoredAuthorizer = { ...before, settings: checkedAuthorizer({ ...before.settings, ...given(input) }, context) };
      await tx.put(authorizers, row);
      return row;
    });
    return shownAuthorizer(changed);
  };
}
