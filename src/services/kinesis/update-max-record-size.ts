import type { UpdateMaxRecordSizeInput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { streamNamed, streamRef } from './found.ts';

/** UpdateMaxRecordSize: holds for records from then on. */
export function updateMaxRecordSize(deps: KinesisDeps): Operation<UpdateMaxRecordSizeInput> {
  return async (input, context) => {
    const ref = streamRef(input, context);
    await deps.store.transact(async (tx) => {
      await tx.put(streams, { ...(await streamNamed(tx, ref)), maxRecordKiB: input.MaxRecordSizeInKiB! });
    });
    return {};
  };
}
