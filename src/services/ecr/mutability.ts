import type { ImageTagMutability, ImageTagMutabilityExclusionFilter } from '@aws-sdk/client-ecr';
import type { Repository } from './collections.ts';
import { invalid } from './refusals.ts';

const MOST_WILDCARDS = 2;

/** Whether tags stay, and which are the other way round. Throws InvalidParameterException when the two do not fit together. */
export function readMutability(input: {
  readonly imageTagMutability?: ImageTagMutability | undefined;
  readonly imageTagMutabilityExclusionFilters?: readonly ImageTagMutabilityExclusionFilter[] | undefined;
}): Pick<Repository, 'mutability' | 'exclusions'> {
  const { imageTagMutability: mutability = 'MUTABLE', imageTagMutabilityExclusionFilters: filters = [] } = input;
  const exclusions = filters.map(({ filter }) => filter ?? '');
  if (mutability.endsWith('_WITH_EXCLUSION') !== exclusions.length > 0)
    throw invalid(
      "Invalid parameter at 'imageTagMutabilityExclusionFilters': filters go with mutability with exclusion, and only with it",
    );
  const many = exclusions.find((filter) => filter.split('*').length > MOST_WILDCARDS + 1);
  if (many !== undefined) throw invalid(`The filter ${many} has more than ${MOST_WILDCARDS} wildcards`);
  return { mutability, ...(exclusions.length === 0 ? {} : { exclusions }) };
}
