import type { ImportApiRequest, ImportApiResponse } from '@aws-sdk/client-apigatewayv2';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import { shownApi } from './api-settings.ts';
import { newChange, settle } from './change-api.ts';
import { apis, type StoredApi } from './collections.ts';
import { newApiId } from './create-api.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { readDefinition } from './openapi-read.ts';
import { partsOfDefinition, putParts } from './put-definition.ts';
import { checkTags } from './tags.ts';

/** ImportApi: an API out of an OpenAPI 3 document in JSON; its stages are made apart (spec/backends.md §12.1). */
export function importApi(deps: ApiGatewayDeps): Operation<ImportApiRequest, ImportApiResponse> {
  return async ({ Body = '', Basepath }, context) => {
    checkBasepath(Basepath);
    const definition = readDefinition(Body, context);
    const api: StoredApi = {
      api: newApiId(deps),
      account: context.account,
      region: context.region,
      revision: '',
      created: context.now,
      settings: definition.settings,
      tags: checkTags(definition.tags),
    };
    const parts = partsOfDefinition(deps, api.api, definition);
    const change = newChange(deps, context);
    await deps.store.transact(async (tx) => {
      await tx.put(apis, api);
      await putParts(tx, parts);
      await settle(tx, api.api, change);
    });
    return shownApi(deps, context, api);
  };
}

/** The default ignores the document's servers. */
export function checkBasepath(basepath: string | undefined): void {
  if (basepath !== undefined && basepath !== 'ignore') throw settingNotImplemented(`Basepath ${basepath}`);
}
