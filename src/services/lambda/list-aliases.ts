import type { ListAliasesRequest, ListAliasesResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { aliasConfiguration } from './alias-configuration.ts';
import { aliases } from './collections.ts';
import type { Lambda } from './deps.ts';
import { findFunction, ownRef } from './lookup.ts';
import { listPage } from './paging.ts';

/** ListAliases: by name; FunctionVersion filters by the first target (spec/lambda-api.md §5). A filtered page may hold fewer, as on AWS. */
export function listAliases(lambda: Lambda): Operation<ListAliasesRequest, ListAliasesResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'ListAliases', input.FunctionName);
    await findFunction(lambda.store.read, ref);
    const prefix = [ref.account, ref.region, ref.name];
    const { items, NextMarker } = await listPage(lambda.store.read, { in: aliases, prefix, cap: 50 }, input);
    const wanted = items.filter((alias) => input.FunctionVersion === undefined || alias.target === input.FunctionVersion);
    return { Aliases: wanted.map(aliasConfiguration), NextMarker };
  };
}
