import type { ListLayerVersionsRequest, ListLayerVersionsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { layerVersions, type StoredLayerVersion } from './collections.ts';
import type { Lambda } from './deps.ts';
import { layerItem, namedLayer } from './layer-outputs.ts';
import { listPage } from './paging.ts';

/** ListLayerVersions: newest first; an unknown layer has none (spec/lambda-api.md §9). A filtered page may hold fewer. */
export function listLayerVersions(lambda: Lambda): Operation<ListLayerVersionsRequest, ListLayerVersionsResponse> {
  return async (input, context) => {
    const { region, layer } = namedLayer(context, input.LayerName);
    const prefix = [context.account, region, layer];
    const page = await listPage(lambda.store.read, { in: layerVersions, prefix, cap: 50, reverse: true }, input);
    const LayerVersions = page.items.filter((stored) => isCompatible(stored, input)).map(layerItem);
    return { LayerVersions, NextMarker: page.NextMarker };
  };
}

/** Whether a layer version is for the runtime and the architecture that a list asks for. */
export function isCompatible(
  stored: StoredLayerVersion,
  { CompatibleRuntime: runtime, CompatibleArchitecture: architecture }: ListLayerVersionsRequest,
): boolean {
  return (
    (runtime === undefined || stored.runtimes?.includes(runtime) === true) &&
    (architecture === undefined || stored.architectures?.includes(architecture) === true)
  );
}
