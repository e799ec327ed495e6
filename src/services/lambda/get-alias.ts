import type { AliasConfiguration, GetAliasRequest } from '@aws-sdk/client-lambda';
import { notFound, type Operation } from '../../model/index.ts';
import { aliasArn, aliasConfiguration } from './alias-configuration.ts';
import type { Lambda } from './deps.ts';
import { findAlias, ownRef } from './lookup.ts';

/** GetAlias (spec/lambda-api.md §5). */
export function getAlias(lambda: Lambda): Operation<GetAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const ref = ownRef(context, 'GetAlias', input.FunctionName);
    const alias = input.Name ?? '';
    const found = await findAlias(lambda.store.read, ref, alias);
    if (!found) throw notFound(`Cannot find alias arn: ${aliasArn({ ...ref, alias })}`);
    return aliasConfiguration(found);
  };
}
