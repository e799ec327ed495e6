import type { PublishLayerVersionRequest, PublishLayerVersionResponse } from '@aws-sdk/client-lambda';
import { accessDenied, type Operation } from '../../model/index.ts';
import { layers, layerVersions, type StoredLayerVersion } from './collections.ts';
import type { Lambda } from './deps.ts';
import { changeUsage } from './editions.ts';
import { layerArn, layerVersion, namedLayer } from './layer-outputs.ts';
import { receiveCode } from './receive-code.ts';

/** PublishLayerVersion: always a new version, also for the same bytes; numbers go on after deletes (spec/lambda-api.md §9). */
export function publishLayerVersion(lambda: Lambda): Operation<PublishLayerVersionRequest, PublishLayerVersionResponse> {
  return async (input, context) => {
    const ref = namedLayer(context, input.LayerName);
    if (ref.account !== context.account || ref.region !== context.region)
      throw accessDenied(context.principal.arn, 'lambda:PublishLayerVersion', layerArn(ref));
    const { account, region, layer } = ref;
    const received = await receiveCode(lambda, context, input.Content ?? {});
    const stored = await lambda.store.transact(async (tx): Promise<StoredLayerVersion> => {
      const version = ((await tx.get(layers, [account, region, layer]))?.counter ?? 0) + 1;
      const made: StoredLayerVersion = {
        ...{ account, region, layer, version },
        code: received.code,
        description: input.Description ?? '',
        created: context.now,
        ...(input.CompatibleRuntimes && { runtimes: input.CompatibleRuntimes }),
        ...(input.CompatibleArchitectures && { architectures: input.CompatibleArchitectures }),
        ...(input.LicenseInfo !== undefined && { license: input.LicenseInfo }),
      };
      await received.within(tx, () => tx.linkBlob(received.code.hash));
      await changeUsage(lambda, tx, ref, { codeBytes: received.code.size, functions: 0 });
      await tx.put(layers, { account, region, layer, counter: version });
      await tx.put(layerVersions, made);
      return made;
    });
    return layerVersion(lambda, context.endpoint, stored);
  };
}
