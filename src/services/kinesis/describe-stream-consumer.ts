import type { DescribeStreamConsumerInput, DescribeStreamConsumerOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import type { KinesisDeps } from './deps.ts';
import { describeConsumerRow } from './descriptions.ts';
import { consumerNamed } from './found.ts';

/** DescribeStreamConsumer, by ARN or by stream and name. */
export function describeStreamConsumer(deps: KinesisDeps): Operation<DescribeStreamConsumerInput, DescribeStreamConsumerOutput> {
  return async (input, context) => {
    const { stream, consumer } = await consumerNamed(deps.store.read, input, context);
    return { ConsumerDescription: describeConsumerRow(stream, consumer) };
  };
}
