import type { UpdateIntegrationRequest, UpdateIntegrationResult } from '@aws-sdk/client-apigatewayv2';
import type { Operation } from '../../model/index.ts';
import { changeApi } from './change-api.ts';
import { type IntegrationSettings, integrations, type StoredIntegration } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { checkedIntegration, shownIntegration } from './integration-settings.ts';
import { changedMap, given, partOf } from './parts.ts';

/** UpdateIntegration: what is given replaces what was; in mappings, an empty text or map removes an entry (spec/backends.md §12.1). */
export function updateIntegration(deps: ApiGatewayDeps): Operation<UpdateIntegrationRequest, UpdateIntegrationResult> {
  return async ({ ApiId, IntegrationId, ...input }, context) => {
    const changed = await changeApi(deps, context, ApiId, async (tx, { api }) => {
      const before = await partOf(tx, 'Integration', [api, IntegrationId ?? '']);
      const row: StoredIntegration = { ...before, settings: checkedIntegration(merged(before.settings, input), context) };
      await tx.put(integrations, row);
      return row;
    });
    return shownIntegration(changed);
  };
}

function merged(before: IntegrationSettings, input: Partial<IntegrationSettings>): IntegrationSettings {
  const { RequestParameters: request, ResponseParameters: response } = before;
  const answers = Object.entries({ ...response, ...input.ResponseParameters });
  return {
    ...before,
    ...given(input),
    ...(input.RequestParameters && { RequestParameters: changedMap(request, input.RequestParameters) }),
    ...(input.ResponseParameters && {
      ResponseParameters: Object.fromEntries(answers.filter(([, map]) => Object.keys(map).length > 0)),
    }),
  };
}
