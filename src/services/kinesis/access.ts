import type { Reader } from '../../kernel/index.ts';
import type { AccessRequest, FindResourcePolicy, OperationContext, ServiceTable } from '../../model/index.ts';
import { attached } from './collections.ts';
import { arnOf, findStream, refOfArn, type StreamRef, streamRef } from './found.ts';
import { claimOf } from './iterators.ts';
import { readToken } from './page-tokens.ts';

/** Of no stream in particular. */
const ACCOUNT_LEVEL: ReadonlySet<string> = new Set(['ListStreams', 'DescribeLimits']);

/** Each operation asks for its own action on the stream or consumer that it names; their resource policies count too. */
export function accessOf(read: Reader): ServiceTable['access'] {
  return async (operation, input, context) => {
    const action = `kinesis:${operation}`;
    if (ACCOUNT_LEVEL.has(operation)) return [{ action, resource: '*', context: {} }];
    const { ref, consumer } = namedBy(operation, input, context);
    const conditions = requestTags(input);
    if (consumer !== undefined) return [{ action, resource: consumer, context: conditions, ...(await policyOf(read, consumer)) }];
    const stream = await findStream(read, ref);
    const policy = stream?.policed ? await policyOf(read, arnOf(ref)) : {};
    return [{ action, resource: arnOf(ref), context: conditions, ...policy }];
  };
}

interface Asked {
  readonly ref: StreamRef;
  /** ARN of the consumer, where one is asked for. */
  readonly consumer?: string;
}

function namedBy(operation: string, input: Record<string, unknown>, context: OperationContext): Asked {
  const { ConsumerARN, ResourceARN, NextToken, ConsumerName } = input as Record<string, string | undefined>;
  if (operation === 'GetRecords') return { ref: claimOf(input.ShardIterator as string) };
  if (operation === 'ListShards' && NextToken !== undefined) {
    const [account, region, name] = readToken(NextToken, 5, context.now);
    return { ref: { account: account!, region: region!, name: name! } };
  }
  const ref = streamRef({ ...input, StreamARN: ConsumerARN ?? ResourceARN ?? (input.StreamARN as string | undefined) }, context);
  if (ConsumerARN !== undefined) return { ref, consumer: ConsumerARN };
  if (ResourceARN?.includes('/consumer/')) return { ref, consumer: ResourceARN };
  // Without its ARN nobody knows a consumer's creation time: policies have to end in a star then, as on AWS.
  const named = ConsumerName !== undefined && operation !== 'RegisterStreamConsumer';
  return named ? { ref, consumer: `${arnOf(ref)}/consumer/${ConsumerName}:*` } : { ref };
}

/** Streams' and consumers' part of the port FindResourcePolicy. */
export function streamPolicy(read: Reader): FindResourcePolicy {
  return async (arn) => (await policyOf(read, arn)).resourcePolicy;
}

async function policyOf(read: Reader, arn: string): Promise<Pick<AccessRequest, 'resourcePolicy'>> {
  const policy = refOfArn(arn) && (await read.get(attached, [arn]))?.policy;
  return policy === undefined ? {} : { resourcePolicy: parsedPolicy(policy) };
}

const parsed = new Map<string, unknown>();
const MOST_PARSED = 200;

/** The same object for the same text, so that it is compiled once. */
function parsedPolicy(text: string): unknown {
  if (!parsed.has(text)) {
    if (parsed.size >= MOST_PARSED) parsed.clear();
    parsed.set(text, JSON.parse(text));
  }
  return parsed.get(text);
}

function requestTags({ Tags, TagKeys }: Record<string, unknown>): Record<string, string | readonly string[]> {
  const keys = Tags ? Object.keys(Tags) : (TagKeys as readonly string[] | undefined);
  const conditions: Record<string, string | readonly string[]> = keys ? { 'aws:tagkeys': keys } : {};
  for (const [key, value] of Object.entries(Tags ?? {})) conditions[`aws:requesttag/${key.toLowerCase()}`] = String(value);
  return conditions;
}
