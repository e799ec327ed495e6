import type { Ids } from '../../kernel/index.ts';
import type { PointAliases } from '../../model/index.ts';
import { readRouting } from './alias-configuration.ts';
import { aliases } from './collections.ts';
import { findAlias } from './lookup.ts';

/** The port by which releases move the aliases of all their functions at once; as UpdateAlias, or CreateAlias where there is none. */
export function createPointAliases(ids: Ids): PointAliases {
  return async (tx, { account, region }, moves) => {
    for (const { function: name, alias, version, also } of moves) {
      const ref = { account, region, name };
      const weights = also && { AdditionalVersionWeights: { [also.version]: also.weight } };
      const routing = await readRouting(tx, ref, version, weights);
      const { description = '' } = (await findAlias(tx, ref, alias)) ?? {};
      await tx.put(aliases, { ...ref, alias, ...routing, description, revision: ids.uuid() });
    }
  };
}
