import type {
  DescribeRegistryRequest,
  DescribeRegistryResponse,
  GetLifecyclePolicyRequest,
  PutImageScanningConfigurationRequest,
  PutImageScanningConfigurationResponse,
} from '@aws-sdk/client-ecr';
import type { Operation } from '../../model/index.ts';
import type { EcrDeps } from './deps.ts';
import { noLifecyclePolicy, notImplemented } from './refusals.ts';
import { foundRepository, placeOf } from './repositories.ts';

/** GetLifecyclePolicy: there is none, for PutLifecyclePolicy is refused. */
export function getLifecyclePolicy({ store }: EcrDeps): Operation<GetLifecyclePolicyRequest> {
  return async (input, context) => {
    const at = placeOf(input, context);
    await foundRepository(store.read, at);
    throw noLifecyclePolicy(at);
  };
}

/** PutImageScanningConfiguration: images are not scanned, and may be told not to be. */
export function putImageScanningConfiguration({
  store,
}: EcrDeps): Operation<PutImageScanningConfigurationRequest, PutImageScanningConfigurationResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    if (input.imageScanningConfiguration?.scanOnPush) throw notImplemented('imageScanningConfiguration.scanOnPush');
    await foundRepository(store.read, at);
    return { registryId: at.account, repositoryName: at.repository, imageScanningConfiguration: { scanOnPush: false } };
  };
}

/** DescribeRegistry: nothing is replicated. */
export function describeRegistry(): Operation<DescribeRegistryRequest, DescribeRegistryResponse> {
  return async (_, { account }) => ({ registryId: account, replicationConfiguration: { rules: [] } });
}
