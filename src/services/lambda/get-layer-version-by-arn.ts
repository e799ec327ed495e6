import type { GetLayerVersionByArnRequest, GetLayerVersionResponse } from '@aws-sdk/client-lambda';
import { notFound, type Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { findLayerVersion, layerRef } from './find-layers.ts';
import { layerVersion } from './layer-outputs.ts';

/** GetLayerVersionByArn (spec/lambda-api.md §9). */
export function getLayerVersionByArn(lambda: Lambda): Operation<GetLayerVersionByArnRequest, GetLayerVersionResponse> {
  return async (input, context) => {
    const ref = layerRef(input.Arn ?? '');
    const found = ref?.account === context.account && (await findLayerVersion(lambda.store.read, ref));
    if (!found) throw notFound('The resource you requested does not exist.');
    return layerVersion(lambda, context.endpoint, found);
  };
}
