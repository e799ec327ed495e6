import type { BatchCheckLayerAvailabilityRequest, BatchCheckLayerAvailabilityResponse } from '@aws-sdk/client-ecr';
import { isDigest, type Operation } from '../../model/index.ts';
import type { EcrDeps } from './deps.ts';
import { findLayer } from './layers.ts';
import { foundRepository, placeOf } from './repositories.ts';

/** BatchCheckLayerAvailability: which layers need not be sent. */
export function batchCheckLayerAvailability({
  store,
}: EcrDeps): Operation<BatchCheckLayerAvailabilityRequest, BatchCheckLayerAvailabilityResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    await foundRepository(store.read, at);
    const answer: Required<Pick<BatchCheckLayerAvailabilityResponse, 'layers' | 'failures'>> = { layers: [], failures: [] };
    for (const layerDigest of input.layerDigests!) {
      if (!isDigest(layerDigest)) {
        answer.failures.push({ layerDigest, failureCode: 'InvalidLayerDigest', failureReason: 'Invalid layer digest' });
        continue;
      }
      const layer = await findLayer(store.read, at, layerDigest);
      answer.layers.push({
        layerDigest,
        layerAvailability: layer ? 'AVAILABLE' : 'UNAVAILABLE',
        ...(layer ? { layerSize: layer.size } : {}),
      });
    }
    return answer;
  };
}
