import type { LayersListItem, ListLayersRequest, ListLayersResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { layers, layerVersions, type StoredLayer } from './collections.ts';
import type { Lambda } from './deps.ts';
import { layerArn, layerItem } from './layer-outputs.ts';
import { isCompatible } from './list-layer-versions.ts';
import { listPage } from './paging.ts';

/** ListLayers: each layer with its latest matching version (spec/lambda-api.md §9). */
export function listLayers(lambda: Lambda): Operation<ListLayersRequest, ListLayersResponse> {
  return async (input, { account, region }) => {
    const page = await listPage(lambda.store.read, { in: layers, prefix: [account, region], cap: 50 }, input);
    const found = await Promise.all(page.items.map((layer) => latestMatching(lambda, layer, input)));
    return { Layers: found.filter((layer) => layer !== undefined), NextMarker: page.NextMarker };
  };
}

async function latestMatching(
  lambda: Lambda,
  stored: StoredLayer,
  input: ListLayersRequest,
): Promise<LayersListItem | undefined> {
  const { account, region, layer } = stored;
  const range = { prefix: [account, region, layer], reverse: true, limit: 1000 };
  const { items } = await lambda.store.read.range(layerVersions, range);
  const latest = items.find((version) => isCompatible(version, { LayerName: layer, ...input }));
  return latest && { LayerName: layer, LayerArn: layerArn(stored), LatestMatchingVersion: layerItem(latest) };
}
