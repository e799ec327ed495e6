import type { DeleteLayerVersionRequest } from '@aws-sdk/client-lambda';
import { invalidParameter, type Operation } from '../../model/index.ts';
import { layerVersions } from './collections.ts';
import type { Lambda } from './deps.ts';
import { changeUsage } from './editions.ts';
import { findLayerVersion } from './find-layers.ts';
import { namedLayer } from './layer-outputs.ts';

/** DeleteLayerVersion: fine when there was none; functions that use it keep their copy (spec/lambda-api.md §9). */
export function deleteLayerVersion(lambda: Lambda): Operation<DeleteLayerVersionRequest> {
  return async (input, context) => {
    const version = input.VersionNumber ?? 0;
    if (version < 1) throw invalidParameter('Layer Version Cannot be less than 1');
    const ref = { ...namedLayer(context, input.LayerName), account: context.account, version };
    await lambda.store.transact(async (tx) => {
      const found = await findLayerVersion(tx, ref);
      if (!found) return;
      await tx.dropBlob(found.code.hash);
      await changeUsage(lambda, tx, ref, { codeBytes: -found.code.size, functions: 0 });
      await tx.delete(layerVersions, [ref.account, ref.region, ref.layer, version]);
    });
    return {};
  };
}
