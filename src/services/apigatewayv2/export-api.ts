import type { ExportApiRequest, ExportApiResponse } from '@aws-sdk/client-apigatewayv2';
import type { Reader } from '../../kernel/index.ts';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import { ownApi, snapshotOf } from './change-api.ts';
import { type Snapshot, snapshots } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { definitionOf } from './openapi-write.ts';
import { partOf } from './parts.ts';
import { badRequest, notFound } from './refusals.ts';

/** ExportApi: the API as it is, or as a stage shows it, as an OpenAPI 3 document in JSON (spec/backends.md §12.1). */
export function exportApi(deps: ApiGatewayDeps): Operation<ExportApiRequest, ExportApiResponse> {
  return async ({ ApiId = '', Specification, OutputType, StageName, IncludeExtensions = true, ExportVersion }, context) => {
    if (Specification !== 'OAS30') throw badRequest(`Invalid specification ${Specification}: it is OAS30`);
    if (ExportVersion !== undefined && ExportVersion !== '1.0')
      throw badRequest(`Invalid export version ${ExportVersion}: it is 1.0`);
    if (OutputType === 'YAML') throw settingNotImplemented('OutputType YAML');
    if (OutputType !== 'JSON') throw badRequest(`Invalid output type ${OutputType}: it is JSON or YAML`);
    const { api } = await ownApi(deps.store.read, context, ApiId);
    const shown =
      StageName === undefined ? await snapshotOf(deps.store.read, api) : await deployed(deps.store.read, api, StageName);
    return { body: Buffer.from(JSON.stringify(definitionOf(shown, IncludeExtensions), undefined, 2)) };
  };
}

async function deployed(from: Reader, api: string, name: string): Promise<Snapshot> {
  const { deployment = '' } = await partOf(from, 'Stage', [api, name]);
  const snapshot = await from.get(snapshots, [api, deployment]);
  if (!snapshot) throw notFound('Deployment', deployment);
  return snapshot.holds;
}
