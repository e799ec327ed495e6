import type { Reader } from './kernel/index.ts';
import { type FindResourcePolicy, parseArn } from './model/index.ts';
import { busPolicy } from './services/events/index.ts';
import { streamPolicy } from './services/kinesis/index.ts';
import { functionPolicy } from './services/lambda/index.ts';
import { topicPolicy } from './services/sns/index.ts';
import { queuePolicy } from './services/sqs/index.ts';

/** The port FindResourcePolicy, by the service of the ARN. What has no line has no policies. */
export function createFindResourcePolicy(read: Reader): FindResourcePolicy {
  const parts = new Map([
    ['events', busPolicy(read)],
    ['kinesis', streamPolicy(read)],
    ['lambda', functionPolicy(read)],
    ['sns', topicPolicy(read)],
    ['sqs', queuePolicy(read)],
  ]);
  return async (arn) => parts.get(parseArn(arn)?.service ?? '')?.(arn);
}
