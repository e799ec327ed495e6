import type { GetLayerVersionRequest, GetLayerVersionResponse } from '@aws-sdk/client-lambda';
import { invalidParameter, notFound, type Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { findLayerVersion } from './find-layers.ts';
import { layerVersion, namedLayer } from './layer-outputs.ts';

/** GetLayerVersion (spec/lambda-api.md §9). Layers of other accounts are not shared: for them it answers as if there were none. */
export function getLayerVersion(lambda: Lambda): Operation<GetLayerVersionRequest, GetLayerVersionResponse> {
  return async (input, context) => {
    const version = input.VersionNumber ?? 0;
    if (version < 1) throw invalidParameter('Layer Version Cannot be less than 1');
    const ref = namedLayer(context, input.LayerName);
    const found = ref.account === context.account && (await findLayerVersion(lambda.store.read, { ...ref, version }));
    if (!found) throw notFound('The resource you requested does not exist.');
    return layerVersion(lambda, context.endpoint, found);
  };
}
