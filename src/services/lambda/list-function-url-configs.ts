import type { ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse } from '@aws-sdk/client-lambda';
import { notFound, type Operation } from '../../model/index.ts';
import { functions, urls } from './collections.ts';
import type { Lambda } from './deps.ts';
import { shownUrlConfig } from './function-urls.ts';
import { ownRef } from './lookup.ts';
import { readMarker, writeMarker } from './paging.ts';

const CAP = 50;

/** ListFunctionUrlConfigs: the function's own, then its aliases' (spec/lambda-api.md §10). */
export function listFunctionUrlConfigs(lambda: Lambda): Operation<ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse> {
  return async (input, context) => {
    const { account, region, name } = ownRef(context, 'ListFunctionUrlConfigs', input.FunctionName);
    const prefix = [account, region, name];
    if (!(await lambda.store.read.get(functions, prefix))) throw notFound('Function does not exist');
    const after = readMarker(input.Marker, 2);
    const limit = Math.min(input.MaxItems ?? CAP, CAP);
    const page = await lambda.store.read.range(urls, { index: 'function', prefix, limit, ...(after && { after }) });
    const FunctionUrlConfigs = page.items.map((url) => shownUrlConfig(lambda, context, url));
    return { FunctionUrlConfigs, NextMarker: page.next && writeMarker(page.next) };
  };
}
