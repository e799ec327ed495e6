import type { AliasConfiguration, CreateAliasRequest } from '@aws-sdk/client-lambda';
import { bareArn, conflict, type Operation } from '../../model/index.ts';
import { aliasArn, aliasConfiguration, readRouting } from './alias-configuration.ts';
import { aliases, type StoredAlias } from './collections.ts';
import type { Lambda } from './deps.ts';
import { findFunction, ownRef } from './lookup.ts';

/** CreateAlias (spec/lambda-api.md §5). */
export function createAlias(lambda: Lambda): Operation<CreateAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const { account, region, name } = ownRef(context, 'CreateAlias', input.FunctionName);
    const ref = { account, region, name };
    const alias = input.Name ?? '';
    const target = input.FunctionVersion ?? '';
    const stored = await lambda.store.transact(async (tx): Promise<StoredAlias> => {
      await findFunction(tx, ref, `${bareArn(ref)}:${target}`);
      const routing = await readRouting(tx, ref, target, input.RoutingConfig);
      if (await tx.get(aliases, [account, region, name, alias]))
        throw conflict(`Alias already exists: ${aliasArn({ ...ref, alias })}`);
      const made = { ...ref, alias, ...routing, description: input.Description ?? '', revision: lambda.ids.uuid() };
      await tx.put(aliases, made);
      return made;
    });
    return aliasConfiguration(stored);
  };
}
