import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DiscardedBatch, discardKey, discardRecord } from './discarded-batches.ts';

const time = Date.UTC(2022, 6, 13, 13, 48, 1, 7);
const batch: DiscardedBatch = {
  source: 'kinesis',
  requestId: 'r',
  functionArn: 'f',
  condition: 'RetryAttemptsExhausted',
  invocations: 2,
  response: { executedVersion: '$LATEST', functionError: null },
  time,
  streamArn: 'a',
  shardId: 'shardId-000000000000',
  first: { sequenceNumber: '1', time },
  last: { sequenceNumber: '2', time: time + 1000 },
  size: 2,
};

test('as recorded for Kinesis (spec/event-sources.md §12.1)', () => {
  assert.deepEqual(discardRecord(batch), {
    requestContext: { requestId: 'r', functionArn: 'f', condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: null },
    version: '1.0',
    timestamp: '2022-07-13T13:48:01.007Z',
    KinesisBatchInfo: {
      shardId: 'shardId-000000000000',
      startSequenceNumber: '1',
      endSequenceNumber: '2',
      approximateArrivalOfFirstRecord: '2022-07-13T13:48:01.007Z',
      approximateArrivalOfLastRecord: '2022-07-13T13:48:02.007Z',
      batchSize: 2,
      streamArn: 'a',
    },
  });
});

test('DynamoDB has whole seconds; what was too old has no response and counts one invocation', () => {
  const { response: _, ...old } = batch;
  const shown = discardRecord({ ...old, source: 'dynamodb', condition: 'RecordAgeExceeded', invocations: 0 });
  assert.equal(shown.responseContext, undefined);
  assert.deepEqual(shown.requestContext, {
    requestId: 'r',
    functionArn: 'f',
    condition: 'RecordAgeExceeded',
    approximateInvokeCount: 1,
  });
  assert.equal(
    (shown.DDBStreamBatchInfo as { approximateArrivalOfFirstRecord: string }).approximateArrivalOfFirstRecord,
    '2022-07-13T13:48:01Z',
  );
});

test('has its key in a bucket', () => {
  assert.equal(discardKey('uuid', batch), 'aws/lambda/uuid/shardId-000000000000/2022/07/13/2022-07-13T13.48.01-r');
});
