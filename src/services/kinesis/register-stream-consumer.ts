import type { RegisterStreamConsumerInput, RegisterStreamConsumerOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { attached, consumers, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { describeConsumerRow } from './descriptions.ts';
import { arnOf, consumerArn, inUse, limitExceeded, streamNamed, streamRef } from './found.ts';
import { checkTags } from './tags.ts';

/** Of one stream (spec/backends.md §5). */
const CONSUMER_LIMIT = 20;

/** RegisterStreamConsumer: ACTIVE at once. */
export function registerStreamConsumer(deps: KinesisDeps): Operation<RegisterStreamConsumerInput, RegisterStreamConsumerOutput> {
  return async (input, context) => {
    const ref = streamRef({ StreamARN: input.StreamARN, StreamId: input.StreamId }, context);
    if (input.Tags) checkTags({}, input.Tags);
    const name = input.ConsumerName!;
    return deps.store.transact(async (tx) => {
      const stream = await streamNamed(tx, ref);
      if (await tx.get(consumers, [stream.id, name]))
        throw inUse(`Consumer ${name} under stream ${arnOf(ref)} already exists for account ${ref.account}.`);
      if (stream.consumers >= CONSUMER_LIMIT)
        throw limitExceeded(
          `Stream ${ref.name} under account ${ref.account} has ${CONSUMER_LIMIT} consumers, which is the most there can be.`,
        );
      const consumer = { stream: stream.id, name, created: context.now };
      await tx.put(consumers, consumer);
      await tx.put(streams, { ...stream, consumers: stream.consumers + 1 });
      if (input.Tags) await tx.put(attached, { arn: consumerArn(stream, consumer), tags: input.Tags });
      const { StreamARN: _, ...Consumer } = describeConsumerRow(stream, consumer);
      return { Consumer: { ...Consumer, ConsumerStatus: 'CREATING' as const } };
    });
  };
}
