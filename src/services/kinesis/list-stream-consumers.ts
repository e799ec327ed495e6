import type { ListStreamConsumersInput, ListStreamConsumersOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { consumers } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { describeConsumerRow } from './descriptions.ts';
import { checkCreation, streamNamed, streamRef } from './found.ts';
import { pageToken, readToken } from './page-tokens.ts';

/** ListStreamConsumers: by name, 100 at a time unless MaxResults says otherwise. */
export function listStreamConsumers(deps: KinesisDeps): Operation<ListStreamConsumersInput, ListStreamConsumersOutput> {
  return async (input, context) => {
    const ref = streamRef({ StreamARN: input.StreamARN, StreamId: input.StreamId }, context);
    const stream = await streamNamed(deps.store.read, ref);
    checkCreation(stream, input.StreamCreationTimestamp);
    const after = input.NextToken === undefined ? [] : readToken(input.NextToken, 1, context.now);
    const limit = Math.min(input.MaxResults ?? 100, 1000);
    const range = { prefix: [stream.id], limit, ...(after.length > 0 ? { after } : {}) };
    const { items, next } = await deps.store.read.range(consumers, range);
    return {
      Consumers: items.map((consumer) => {
        const { StreamARN: _, ...rest } = describeConsumerRow(stream, consumer);
        return rest;
      }),
      ...(next === undefined ? {} : { NextToken: pageToken([items.at(-1)!.name], context.now) }),
    };
  };
}
