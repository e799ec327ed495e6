import { z } from 'zod';
import { nextToken } from '../../model/index.ts';

/** What the control API of event source mappings answers. */

const shardMark = z.strictObject({ shardId: z.string(), lane: z.int(), position: z.int().optional() });

/** EventSourceMapping and its books. */
const mapping = {
  account: z.string(),
  region: z.string(),
  uuid: z.string(),
  source: z.enum(['sqs', 'kinesis', 'dynamodb']),
  sourceArn: z.string(),
  functionArn: z.string(),
  settings: z.strictObject({
    batchSize: z.int(),
    windowMs: z.int(),
    filters: z.array(z.string()),
    reportFailures: z.boolean(),
    maximumConcurrency: z.int().optional(),
    stream: z
      .strictObject({
        startingPosition: z.enum(['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']),
        startingTimestamp: z.number().optional(),
        parallelizationFactor: z.int(),
        maxRetries: z.int(),
        maxAgeMs: z.int(),
        bisect: z.boolean(),
        tumblingMs: z.int(),
        onFailure: z.string().optional(),
      })
      .optional(),
  }),
  enabled: z.boolean(),
  state: z.enum(['Creating', 'Enabling', 'Enabled', 'Disabling', 'Disabled', 'Updating', 'Deleting']),
  revision: z.int(),
  modified: z.number().describe('epoch ms'),
  tags: z.record(z.string(), z.string()),
  rewind: z.array(shardMark).optional(),
  books: z.strictObject({
    accepted: z.int(),
    filtered: z.int(),
    delivered: z.int(),
    failed: z.int(),
    'dead-lettered': z.int(),
    expired: z.int(),
    batches: z.int(),
    attempts: z.int(),
    lastResult: z.string(),
  }),
};

const blocked = { shardId: z.string(), slice: z.int(), attempts: z.int(), error: z.string() };

export const mappingList = z.strictObject({
  mappings: z.array(z.strictObject({ ...mapping, blocked: z.array(z.strictObject(blocked)) })),
  next: nextToken,
});

export const mappingShown = z.strictObject({
  ...mapping,
  shards: z
    .array(
      z.strictObject({
        uuid: z.string(),
        shardId: z.string(),
        lane: z.int(),
        slices: z.array(z.strictObject({ position: z.int(), work: z.array(z.unknown()).optional() })),
        earlier: z.array(z.array(z.int())).optional(),
        window: z.unknown().optional(),
        done: z.literal(true).optional(),
      }),
    )
    .describe('how far it is in each shard'),
  blocked: z.array(
    z.strictObject({
      ...blocked,
      records: z.array(z.strictObject({ sequenceNumber: z.string(), time: z.number() })),
      record: z.unknown().describe('the first record, as the function gets it'),
    }),
  ),
});
