import type {
  DisableEnhancedMonitoringInput,
  EnableEnhancedMonitoringInput,
  EnhancedMonitoringOutput,
} from '@aws-sdk/client-kinesis';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, streamNamed, streamRef } from './found.ts';

/** EnableEnhancedMonitoring is refused: there are no metrics of single shards. */
export function enableEnhancedMonitoring(deps: KinesisDeps): Operation<EnableEnhancedMonitoringInput, EnhancedMonitoringOutput> {
  return async (input, context) => {
    await streamNamed(deps.store.read, streamRef(input, context));
    throw settingNotImplemented(`ShardLevelMetrics ${input.ShardLevelMetrics!.join(', ')}`);
  };
}

/** DisableEnhancedMonitoring: no metrics of single shards are on, so there is nothing to do. */
export function disableEnhancedMonitoring(
  deps: KinesisDeps,
): Operation<DisableEnhancedMonitoringInput, EnhancedMonitoringOutput> {
  return async (input, context) => {
    const stream = await streamNamed(deps.store.read, streamRef(input, context));
    return { StreamName: stream.name, CurrentShardLevelMetrics: [], DesiredShardLevelMetrics: [], StreamARN: arnOf(stream) };
  };
}
