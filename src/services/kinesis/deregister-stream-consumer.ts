import type { DeregisterStreamConsumerInput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { attached, consumers, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { consumerArn, consumerNamed } from './found.ts';

/** DeregisterStreamConsumer: gone at once; its subscriptions end with their next look. */
export function deregisterStreamConsumer(deps: KinesisDeps): Operation<DeregisterStreamConsumerInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { stream, consumer } = await consumerNamed(tx, input, context);
      await tx.delete(consumers, [stream.id, consumer.name]);
      await tx.delete(attached, [consumerArn(stream, consumer)]);
      await tx.put(streams, { ...stream, consumers: stream.consumers - 1 });
    });
    return {};
  };
}
