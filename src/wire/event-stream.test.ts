import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fail, platformFailure } from '../kernel/index.ts';
import { eventMessage } from './event-stream.ts';
import { createWire } from './index.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => Buffer.from(text),
);
const match = { service: 'kinesis', operation: 'SubscribeToShard', protocol: 'awsJson1_1', region: 'us-east-1' } as const;

async function answered(events: () => AsyncGenerator<unknown>) {
  const response = createWire().encode(match, { EventStream: events() }, 'id');
  const messages = [];
  for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
    const { headers, body } = codec.decode(bytes);
    const told = Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]));
    messages.push({ told, body: JSON.parse(Buffer.from(body).toString()) });
  }
  return { response, messages };
}

test('a message is what the SDK’s own codec reads', () => {
  for (const payload of ['', 'x', 'ü'.repeat(5000)]) {
    const { headers, body } = codec.decode(eventMessage({ ':event-type': 'E', empty: '' }, payload));
    assert.deepEqual(headers, { ':event-type': { type: 'string', value: 'E' }, empty: { type: 'string', value: '' } });
    assert.equal(Buffer.from(body).toString(), payload);
  }
});

test('an answer begins with an initial response and goes on with events in the form of the protocol', async () => {
  const { response, messages } = await answered(async function* () {
    yield {
      SubscribeToShardEvent: {
        Records: [
          { SequenceNumber: '1', Data: Buffer.from('x'), PartitionKey: 'k', ApproximateArrivalTimestamp: new Date(1500) },
        ],
        ContinuationSequenceNumber: '1',
        MillisBehindLatest: 0,
      },
    };
  });
  assert.equal(response.headers['content-type'], 'application/vnd.amazon.eventstream');
  assert.equal(response.endless, true);
  assert.deepEqual(
    messages.map(({ told }) => [told[':message-type'], told[':event-type']]),
    [
      ['event', 'initial-response'],
      ['event', 'SubscribeToShardEvent'],
    ],
  );
  assert.deepEqual(messages[1]!.body.Records, [
    { SequenceNumber: '1', Data: 'eA==', PartitionKey: 'k', ApproximateArrivalTimestamp: 1.5 },
  ]);
});

test('a failure behind the first bytes is the last message, without what is nobody’s business', async () => {
  const told = async (error: unknown) => {
    const { messages } = await answered(async function* () {
      yield { SubscribeToShardEvent: { Records: [], ContinuationSequenceNumber: '1', MillisBehindLatest: 0 } };
      throw error;
    });
    const last = messages.at(-1)!;
    return [last.told[':message-type'], last.told[':exception-type'], last.body.message];
  };
  assert.deepEqual(await told(fail('ResourceInUseException', 'taken over')), [
    'exception',
    'ResourceInUseException',
    'taken over',
  ]);
  const [, type] = await told(platformFailure('StoreClosed'));
  assert.equal(type, 'InternalFailureException');
  assert.equal((await told(new RangeError('secret')))[1], 'InternalFailureException');
  assert.doesNotMatch(String((await told(new RangeError('secret')))[2]), /secret/);
});
