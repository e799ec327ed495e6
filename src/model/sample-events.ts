import { eventTime, seeBusEvent } from './bus-events.ts';
import type { Place } from './functions.ts';
import { objectEvent } from './notifications.ts';
import { queueRecord } from './queue-records.ts';
import { requestSampleV1, requestSampleV2 } from './sample-requests.ts';
import { changeRecord, type TableChange, tableStreamArn } from './table-changes.ts';
import { lambdaNotification } from './topic-notifications.ts';

/** Where and when a sample happens. */
export interface SampleFacts extends Place {
  /** Epoch ms. */
  readonly now: number;
}

const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const HEX = '3f2504e04f8941d39a0c0305e82c3301';
const SENDER = 'AIDAIENQZJOLO23YVJ4VO';

/** One event as a function gets it, for each source: made as the platform makes those of real events. */
const samples: Readonly<Record<string, (facts: SampleFacts) => object>> = {
  s3: sampleObject,
  sqs: sampleMessage,
  sns: sampleNotification,
  dynamodb: sampleChange,
  kinesis: sampleRecord,
  events: (facts) =>
    sampleBusEvent(facts, { source: 'shop', detailType: 'order.placed', detail: { orderId: '1001', total: 120 }, resources: [] }),
  schedule: (facts) => {
    const arn = `arn:aws:events:${facts.region}:${facts.account}:rule/every-five-minutes`;
    return sampleBusEvent(facts, { source: 'aws.events', detailType: 'Scheduled Event', detail: {}, resources: [arn] });
  },
  http: requestSampleV2,
  'http-v1': requestSampleV1,
};

/** `s3`, `sqs`, …; `http` is payload 2.0, `http-v1` payload 1.0. */
export const sampleSources: readonly string[] = Object.keys(samples);

/** Undefined when there is no such source. */
export function sampleEvent(source: string, facts: SampleFacts): object | undefined {
  return Object.hasOwn(samples, source) ? samples[source]!(facts) : undefined;
}

function sampleObject({ account, region, now }: SampleFacts): object {
  const change = {
    bucket: 'photos',
    owner: account,
    key: 'summer/beach photo.jpg',
    eventName: 'ObjectCreated:Put',
    size: 1024,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    sequencer: '0055AED6DCD90281E5',
    requestId: 'C3D13FE58DE4C810',
    hostId: 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD',
    principalId: `AWS:${SENDER}`,
    sourceIp: '127.0.0.1',
  };
  const target = { kind: 'function', arn: `arn:aws:lambda:${region}:${account}:function:photos` } as const;
  return objectEvent(change, { id: 'photos', events: ['s3:ObjectCreated:*'], target }, region, now);
}

function sampleMessage({ account, region, now }: SampleFacts): object {
  const message = {
    messageId: ID,
    receiptHandle: `${HEX}${HEX}`,
    body: 'hello',
    md5OfBody: '5d41402abc4b2a76b9719d911017c592',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(now),
      SenderId: SENDER,
      ApproximateFirstReceiveTimestamp: String(now + 1),
    },
    messageAttributes: {},
  };
  return { Records: [queueRecord(message, `arn:aws:sqs:${region}:${account}:jobs`, region)] };
}

function sampleNotification({ account, region, now }: SampleFacts): object {
  const topicArn = `arn:aws:sns:${region}:${account}:news`;
  const subscription = {
    arn: `${topicArn}:${ID}`,
    topicArn,
    owner: account,
    protocol: 'lambda',
    endpoint: `arn:aws:lambda:${region}:${account}:function:news`,
    raw: false,
  };
  const message = {
    type: 'Notification',
    messageId: ID,
    topicArn,
    time: now,
    subject: 'News',
    message: 'hello',
    attributes: {},
    signatureVersion: '1',
  } as const;
  const facts = { endpoint: 'http://127.0.0.1:4566', certificatePath: '/_dalamb/sns/certificate.pem', sign: () => 'U0FNUExF' };
  return JSON.parse(lambdaNotification(subscription as never, message, facts).payload);
}

function sampleChange({ account, region, now }: SampleFacts): object {
  const change: TableChange = {
    keys: { id: { S: '1001' } },
    newImage: { id: { S: '1001' }, total: { N: '120' } },
    size: 20,
    viewType: 'NEW_AND_OLD_IMAGES',
    order: '1001',
  };
  const event = {
    ...{ id: HEX, type: 'INSERT', source: 'dynamodb', subject: 'orders', account, region, time: now },
    ...{ topic: 'dynamodb.changes', lane: 1, position: 1, body: change },
  };
  const stream = tableStreamArn({ account, region, table: 'orders', label: new Date(now).toISOString().slice(0, -1) });
  return { Records: [changeRecord(event, stream)] };
}

/** spec/event-sources.md §12. */
function sampleRecord({ account, region, now }: SampleFacts): object {
  const sequenceNumber = '49590338271490256608559692538361571095921575989136588898';
  return {
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: '1001',
          sequenceNumber,
          data: 'aGVsbG8=',
          approximateArrivalTimestamp: now / 1000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: `arn:aws:iam::${account}:role/clicks`,
        awsRegion: region,
        eventSourceARN: `arn:aws:kinesis:${region}:${account}:stream/clicks`,
      },
    ],
  };
}

interface SampleBusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: object;
  readonly resources: readonly string[];
}

function sampleBusEvent({ account, region, now }: SampleFacts, { detail, ...event }: SampleBusEvent): object {
  const bus = `arn:aws:events:${region}:${account}:event-bus/default`;
  const facts = { id: ID, account, region, time: eventTime(now), bus, ingested: now };
  return seeBusEvent({ ...event, ...facts, detail: JSON.stringify(detail) }).value;
}
