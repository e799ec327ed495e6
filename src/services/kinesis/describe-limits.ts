import type { DescribeLimitsInput, DescribeLimitsOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { ON_DEMAND_LIMIT, SHARD_LIMIT, usage } from './change-shards.ts';
import type { KinesisDeps } from './deps.ts';

/** DescribeLimits: what the account has and may have in this region. */
export function describeLimits(deps: KinesisDeps): Operation<DescribeLimitsInput, DescribeLimitsOutput> {
  return async (_input, context) => {
    const { open, onDemand } = await usage(deps.store.read, context);
    return {
      ShardLimit: SHARD_LIMIT,
      OpenShardCount: open,
      OnDemandStreamCount: onDemand,
      OnDemandStreamCountLimit: ON_DEMAND_LIMIT,
    };
  };
}
