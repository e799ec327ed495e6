import type { ReimportApiRequest, ReimportApiResponse } from '@aws-sdk/client-apigatewayv2';
import type { Collection } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { shownApi } from './api-settings.ts';
import { changeApi, everyPart } from './change-api.ts';
import { apis, authorizers, integrations, routes, type StoredApi } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { checkBasepath } from './import-api.ts';
import { readDefinition } from './openapi-read.ts';
import { partsOfDefinition, putParts } from './put-definition.ts';
import { checkTags } from './tags.ts';

interface Row {
  readonly api: string;
  readonly id: string;
}

const REPLACED = [routes, integrations, authorizers] as unknown as readonly Collection<Row>[];

/** ReimportApi: the document replaces routes, integrations, authorizers and settings; stages and deployments stay (spec/backends.md §12.1). */
export function reimportApi(deps: ApiGatewayDeps): Operation<ReimportApiRequest, ReimportApiResponse> {
  return async ({ ApiId = '', Body = '', Basepath }, context) => {
    checkBasepath(Basepath);
    const definition = readDefinition(Body, context);
    const parts = partsOfDefinition(deps, ApiId, definition);
    const changed = await changeApi(deps, context, ApiId, async (tx, before) => {
      for (const part of REPLACED)
        for (const { id } of await everyPart(tx, part, before.api)) await tx.delete(part, [before.api, id]);
      const tags = checkTags({ ...before.tags, ...definition.tags });
      const DisableExecuteApiEndpoint = before.settings.DisableExecuteApiEndpoint;
      const after: StoredApi = { ...before, tags, settings: { ...definition.settings, DisableExecuteApiEndpoint } };
      await tx.put(apis, after);
      await putParts(tx, parts);
      return after;
    });
    return shownApi(deps, context, changed);
  };
}
