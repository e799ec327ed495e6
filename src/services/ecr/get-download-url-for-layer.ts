import type { GetDownloadUrlForLayerRequest, GetDownloadUrlForLayerResponse } from '@aws-sdk/client-ecr';
import type { Operation } from '../../model/index.ts';
import type { EcrDeps } from './deps.ts';
import { findLayer } from './layers.ts';
import { noLayers } from './refusals.ts';
import { foundRepository, placeOf } from './repositories.ts';
import { issueLink } from './tokens.ts';

/** GetDownloadUrlForLayer: a link that gives the layer to whoever has it, for an hour. */
export function getDownloadUrlForLayer({
  store,
  box,
}: EcrDeps): Operation<GetDownloadUrlForLayerRequest, GetDownloadUrlForLayerResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const digest = input.layerDigest!;
    await foundRepository(store.read, at);
    if (!(await findLayer(store.read, at, digest))) throw noLayers(at, [digest]);
    const link = issueLink({ box }, { ...at, digest }, context.now);
    return { layerDigest: digest, downloadUrl: `${context.endpoint}/v2/${at.repository}/blobs/${digest}?link=${link}` };
  };
}
