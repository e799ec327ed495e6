import type { ListFunctionEventInvokeConfigsRequest, ListFunctionEventInvokeConfigsResponse } from '@aws-sdk/client-lambda';
import { notFound, type Operation } from '../../model/index.ts';
import { shownAsyncSettings } from './async-settings.ts';
import { asyncSettings, functions } from './collections.ts';
import type { Lambda } from './deps.ts';
import { ownRef } from './lookup.ts';
import { listPage } from './paging.ts';

/** ListFunctionEventInvokeConfigs (spec/lambda-api.md §8). */
export function listFunctionEventInvokeConfigs(
  lambda: Lambda,
): Operation<ListFunctionEventInvokeConfigsRequest, ListFunctionEventInvokeConfigsResponse> {
  return async (input, context) => {
    const { account, region, name } = ownRef(context, 'ListFunctionEventInvokeConfigs', input.FunctionName);
    const prefix = [account, region, name];
    if (!(await lambda.store.read.get(functions, prefix))) throw notFound("The function doesn't exist.");
    const { items, NextMarker } = await listPage(lambda.store.read, { in: asyncSettings, prefix, cap: 50 }, input);
    return { FunctionEventInvokeConfigs: items.map(shownAsyncSettings), NextMarker };
  };
}
