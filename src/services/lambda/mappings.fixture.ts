/** Sources for the tests of event source mappings: a queue, a FIFO queue, two streams. */
import type { TestContext } from 'node:test';
import { type EventSources, eventSourceMappings, type QueueSource, type StreamSource, settledState } from '../../model/index.ts';
import type { LambdaDeps } from './deps.ts';
import { type Fixture, fixture } from './fixture.suite.ts';

export const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:q';
export const FIFO = `${QUEUE}.fifo`;
export const STREAM = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
export const TABLE_STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000';

const known = [QUEUE, FIFO, STREAM, TABLE_STREAM];

const queues = {
  find: async (arn) => (known.includes(arn) ? { fifo: arn === FIFO, visibilityTimeoutMs: 30_000 } : undefined),
} as QueueSource;
const stream = {
  find: async (arn) => (known.includes(arn) ? { topic: 't', shards: [], retentionMs: 1 } : undefined),
} as StreamSource;

const sources: EventSources = { queues, streams: { kinesis: stream, dynamodb: stream } };

/** The service with sources, and the function `f`; settle says what dispatch would say. */
export async function mappingFixture(
  t: TestContext,
  over: Partial<LambdaDeps> = {},
): Promise<Fixture & { settle: () => Promise<void> }> {
  const made = await fixture(t, {}, { eventSources: () => sources, ...over });
  await made.create();
  return { ...made, settle: () => settleAll(made) };
}

async function settleAll({ deps }: Fixture): Promise<void> {
  await deps.store.transact(async (tx) => {
    const { items } = await tx.range(eventSourceMappings, { limit: 100 });
    for (const one of items) {
      if (one.state === 'Deleting') await tx.delete(eventSourceMappings, [one.account, one.region, one.uuid]);
      else await tx.put(eventSourceMappings, { ...one, state: settledState(one) });
    }
  });
}
