import { z } from 'zod';
import { nextToken } from '../model/index.ts';

/** What the control API of events answers, as model/control.ts has it for those who read it. */

export const outcomeKinds = ['delivered', 'expired', 'dead-lettered', 'failed', 'dropped'] as const;

const count = z.int();
const epochMs = z.number().describe('epoch ms');

const sums = {
  topic: z.string(),
  routed: count,
  unmatched: count,
  deliveries: count,
  inFlight: count,
  attempts: count,
  delivered: count,
  expired: count,
  'dead-lettered': count,
  failed: count,
  dropped: count,
};

const topicSums = z.strictObject(sums).meta({ id: 'EventSums' });

const mappingSums = z.strictObject({ ...sums, accepted: count, balanced: z.boolean() }).meta({ id: 'MappingSums' });

/** EventBooks. */
export const eventBooks = z.strictObject({
  topics: z.array(topicSums),
  sources: z.array(z.string()).describe('what /events/accepted lists: those topics, and what mappings poll'),
  mappings: z.array(mappingSums).describe('a line for each event source mapping, named mapping:UUID'),
});

export const eventBalance = z.strictObject({
  topics: z.array(z.strictObject({ ...sums, accepted: count, notYetRouted: count, balanced: z.boolean() })),
  mappings: z.array(mappingSums),
  rowsInFlight: count,
});

const delivery = z
  .strictObject({
    id: z.string(),
    account: z.string(),
    region: z.string(),
    topic: z.string(),
    lane: z.int(),
    position: z.int(),
    event: z.string().describe('id of the event'),
    subscriber: z.string(),
    target: z.string(),
    lineage: z.record(z.string(), z.int()).optional(),
    replay: z.string().optional(),
    attempts: z.int(),
    acceptedAt: epochMs,
    size: z.int().describe('of a batch of a mapping: how many records').optional(),
    records: z.array(z.string()).optional(),
    cause: z.string().optional(),
    causes: z.array(z.string()).optional(),
    throttles: z.int().optional(),
    nextAt: epochMs.optional(),
    retryAt: epochMs.optional(),
    lastError: z.string().optional(),
    kind: z.enum(outcomeKinds).describe('of one that ended, as all from here on').optional(),
    reason: z.string().optional(),
    deadLetter: z.string().optional(),
    error: z.string().optional(),
    time: epochMs.optional(),
  })
  .meta({ id: 'Delivery' });

/** DeliveryList. */
export const deliveryList = z.strictObject({ deliveries: z.array(delivery), next: nextToken });

/** AcceptedEvents. */
export const acceptedList = z.strictObject({
  events: z.array(
    z.strictObject({
      id: z.string(),
      topic: z.string(),
      position: z.int().describe('0 for messages of queues'),
      time: epochMs,
      type: z.string(),
      source: z.string(),
      subject: z.string(),
      cause: z.string().optional(),
    }),
  ),
  next: nextToken,
});

const traceDelivery = z
  .strictObject({
    id: z.string(),
    subscriber: z.string(),
    target: z.string(),
    attempts: z.int(),
    state: z.string().describe('in-flight, or how it ended'),
    reason: z.string().optional(),
    error: z.string().optional(),
    deadLetter: z.string().optional(),
    replay: z.string().optional(),
    time: epochMs.optional(),
    size: z.int().optional(),
    get caused() {
      return z.array(traceEvent);
    },
  })
  .meta({ id: 'TraceDelivery' });

const traceEvent = z
  .strictObject({
    id: z.string(),
    topic: z.string(),
    lane: z.int(),
    position: z.int(),
    time: epochMs,
    type: z.string().describe('with source and subject, while the event is kept').optional(),
    source: z.string().optional(),
    subject: z.string().optional(),
    get deliveries() {
      return z.array(traceDelivery);
    },
  })
  .meta({ id: 'TraceEvent' });

/** Trace. */
export const traceShown = z.strictObject({
  id: z.string(),
  invocation: z.string().describe('the synchronous invocation that began it').optional(),
  events: z.array(traceEvent),
  truncated: z.boolean(),
});

/** Replay. */
export const replayShown = z
  .strictObject({
    id: z.string(),
    account: z.string(),
    region: z.string(),
    topic: z.string(),
    since: epochMs,
    until: epochMs,
    pattern: z.string().optional(),
    failuresOnly: z.boolean(),
    subscriber: z.string().optional(),
    target: z.string().optional(),
    rate: z.int().describe('deliveries a second'),
    dryRun: z.boolean(),
    state: z.enum(['running', 'done', 'cancelled', 'failed']),
    at: z.int(),
    after: z.string().optional(),
    end: z.int(),
    looked: z.int(),
    matched: z.int(),
    delivered: z.int(),
    created: epochMs,
    ended: epochMs.optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'Replay' });
