import type { UpdateStreamModeInput } from '@aws-sdk/client-kinesis';
import { type Operation, settingNotImplemented } from '../../model/index.ts';
import { streams } from './collections.ts';
import { checkOnDemandLimit } from './create-stream.ts';
import type { KinesisDeps } from './deps.ts';
import { limitExceeded, streamNamed, streamRef } from './found.ts';
import { recentChanges } from './update-shard-count.ts';

const CHANGES_A_DAY = 2;

/** UpdateStreamMode: shards stay as they are; at most twice in 24 hours, as on AWS. */
export function updateStreamMode(deps: KinesisDeps): Operation<UpdateStreamModeInput> {
  return async (input, context) => {
    if (input.WarmThroughputMiBps !== undefined) throw settingNotImplemented('WarmThroughputMiBps');
    const mode = input.StreamModeDetails!.StreamMode!;
    const ref = streamRef(input, context);
    await deps.store.transact(async (tx) => {
      const stream = await streamNamed(tx, ref);
      if (stream.mode === mode) return;
      const switched = recentChanges(stream.switched, context.now);
      if (switched.length >= CHANGES_A_DAY)
        throw limitExceeded(`Stream ${ref.name} under account ${ref.account} changed its mode twice in the last 24 hours.`);
      if (mode === 'ON_DEMAND') await checkOnDemandLimit(tx, stream);
      await tx.put(streams, { ...stream, mode, switched: [...switched, context.now] });
    });
    return {};
  };
}
