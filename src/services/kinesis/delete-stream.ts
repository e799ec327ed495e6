import type { DeleteStreamInput } from '@aws-sdk/client-kinesis';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { attached, type Consumer, consumers, graves, type Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, consumerArn, deleteStreamRow, inUse, streamNamed, streamRef } from './found.ts';

/** DeleteStream: gone at once; its records go behind (sweep.ts). With consumers only when EnforceConsumerDeletion says so. */
export function deleteStream(deps: KinesisDeps): Operation<DeleteStreamInput> {
  return async (input, context) => {
    const ref = streamRef(input, context);
    await deps.store.transact(async (tx) => {
      const stream = await streamNamed(tx, ref);
      const registered = await consumersOf(tx, stream);
      if (registered.length > 0 && !input.EnforceConsumerDeletion)
        throw inUse(
          `Stream ${ref.name} under account ${ref.account} has consumers registered with it. Deregister them, or set EnforceConsumerDeletion.`,
        );
      for (const consumer of registered) {
        await tx.delete(consumers, [stream.id, consumer.name]);
        await tx.delete(attached, [consumerArn(stream, consumer)]);
      }
      await tx.delete(attached, [arnOf(stream)]);
      await deleteStreamRow(tx, stream);
      await tx.put(graves, { stream: stream.id });
    });
    deps.watchers.changed(arnOf(ref));
    return {};
  };
}

async function consumersOf(tx: Transaction, { id }: Stream): Promise<readonly Consumer[]> {
  return (await tx.range(consumers, { prefix: [id], limit: 1000 })).items;
}
