import type { GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { notFound, type Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { shownUrlConfig, urlOf } from './function-urls.ts';
import { ownRef } from './lookup.ts';

/** GetFunctionUrlConfig (spec/lambda-api.md §10). */
export function getFunctionUrlConfig(lambda: Lambda): Operation<GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse> {
  return async (input, context) => {
    const url = await urlOf(lambda.store.read, ownRef(context, 'GetFunctionUrlConfig', input.FunctionName, input.Qualifier));
    if (!url) throw notFound('The resource you requested does not exist.');
    return shownUrlConfig(lambda, context, url);
  };
}
