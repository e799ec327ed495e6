import type { AliasConfiguration, UpdateAliasRequest } from '@aws-sdk/client-lambda';
import { notFound, type Operation, revisionMismatch } from '../../model/index.ts';
import { aliasArn, aliasConfiguration, readRouting } from './alias-configuration.ts';
import { aliases, type StoredAlias } from './collections.ts';
import type { Lambda } from './deps.ts';
import { findAlias, ownRef } from './lookup.ts';

/** UpdateAlias: what is absent keeps its value; a new target takes effect with the next invocation (spec/lambda-api.md §5). */
export function updateAlias(lambda: Lambda): Operation<UpdateAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const ref = ownRef(context, 'UpdateAlias', input.FunctionName);
    const alias = input.Name ?? '';
    const stored = await lambda.store.transact(async (tx): Promise<StoredAlias> => {
      const found = await findAlias(tx, ref, alias);
      if (!found) throw notFound(`Alias not found: ${aliasArn({ ...ref, alias })}`);
      if (input.RevisionId !== undefined && input.RevisionId !== found.revision) throw revisionMismatch('GetFunction/GetAlias');
      const had = found.second && { AdditionalVersionWeights: { [found.second.version]: found.second.weight } };
      const routing = await readRouting(tx, ref, input.FunctionVersion ?? found.target, input.RoutingConfig ?? had);
      const { second: _, ...rest } = found;
      const made = { ...rest, ...routing, description: input.Description ?? found.description, revision: lambda.ids.uuid() };
      await tx.put(aliases, made);
      return made;
    });
    return aliasConfiguration(stored);
  };
}
