import type { PutImageTagMutabilityRequest, PutImageTagMutabilityResponse } from '@aws-sdk/client-ecr';
import type { Operation } from '../../model/index.ts';
import { repositories } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { readMutability } from './mutability.ts';
import { foundRepository, placeOf, shownRepository } from './repositories.ts';

/** PutImageTagMutability: from now on; tags that are there stay as they are. */
export function putImageTagMutability({
  store,
}: EcrDeps): Operation<PutImageTagMutabilityRequest, PutImageTagMutabilityResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const set = readMutability(input);
    const changed = await store.transact(async (tx) => {
      const { exclusions: _, ...repository } = await foundRepository(tx, at);
      const next = { ...repository, ...set };
      await tx.put(repositories, next);
      return next;
    });
    const { registryId, repositoryName, imageTagMutability, imageTagMutabilityExclusionFilters } = shownRepository(changed, '');
    return {
      registryId,
      repositoryName,
      imageTagMutability,
      ...(imageTagMutabilityExclusionFilters ? { imageTagMutabilityExclusionFilters } : {}),
    };
  };
}
