import type { DeleteFunctionUrlConfigRequest } from '@aws-sdk/client-lambda';
import { notFound, type Operation } from '../../model/index.ts';
import { urls } from './collections.ts';
import type { Lambda } from './deps.ts';
import { urlOf } from './function-urls.ts';
import { ownRef } from './lookup.ts';

/** DeleteFunctionUrlConfig: its id is never given out again (spec/lambda-api.md §10). */
export function deleteFunctionUrlConfig(lambda: Lambda): Operation<DeleteFunctionUrlConfigRequest> {
  return async (input, context) => {
    const ref = ownRef(context, 'DeleteFunctionUrlConfig', input.FunctionName, input.Qualifier);
    await lambda.store.transact(async (tx) => {
      const url = await urlOf(tx, ref);
      if (!url) throw notFound('The resource you requested does not exist.');
      await tx.delete(urls, [url.id]);
    });
    return {};
  };
}
