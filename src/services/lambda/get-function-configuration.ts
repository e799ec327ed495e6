import type { FunctionConfiguration, GetFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { configuration } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { findEdition, ownRef } from './lookup.ts';

/** GetFunctionConfiguration (spec/lambda-api.md §4.2). */
export function getFunctionConfiguration(lambda: Lambda): Operation<GetFunctionConfigurationRequest, FunctionConfiguration> {
  return async (input, context) => {
    const ref = ownRef(context, 'GetFunctionConfiguration', input.FunctionName, input.Qualifier);
    const found = await findEdition(lambda.store.read, ref);
    return configuration(lambda, { ...found, qualifier: ref.qualifier });
  };
}
