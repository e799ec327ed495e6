import type { FunctionCodeLocation, GetFunctionRequest, GetFunctionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { codeLocation } from './code-downloads.ts';
import { type StoredImage, tags } from './collections.ts';
import { configuration } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { findEdition, ownRef } from './lookup.ts';

/** GetFunction: configuration, a download link of ten minutes or the image, tags, reserved concurrency (spec/lambda-api.md §4.2). */
export function getFunction(lambda: Lambda): Operation<GetFunctionRequest, GetFunctionResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'GetFunction', input.FunctionName, input.Qualifier);
    const { fn, edition, version } = await findEdition(lambda.store.read, ref);
    const tagged = await lambda.store.read.get(tags, [fn.account, fn.region, fn.name]);
    return {
      Configuration: configuration(lambda, { fn, edition, version, qualifier: ref.qualifier }),
      Code: edition.image
        ? imageOf(edition.image)
        : { RepositoryType: 'S3', Location: codeLocation(lambda, context.endpoint, edition.code) },
      ...(tagged && { Tags: tagged.tags }),
      ...(fn.reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: fn.reserved } }),
    };
  };
}

function imageOf({ uri, resolvedUri }: StoredImage): FunctionCodeLocation {
  return { RepositoryType: 'ECR', ImageUri: uri, ResolvedImageUri: resolvedUri };
}
