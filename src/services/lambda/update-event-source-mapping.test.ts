import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, zip } from './fixture.suite.ts';
import { mappingFixture, QUEUE, STREAM } from './mappings.fixture.ts';

const stream = { FunctionName: 'f', EventSourceArn: STREAM, StartingPosition: 'LATEST' };

test('changes what is given, keeps the rest, and says what is on the way', async (t) => {
  const { call, settle } = await mappingFixture(t);
  const { UUID } = await call('CreateEventSourceMapping', { ...stream, MaximumRetryAttempts: 3, Tags: { a: 'b' } });
  await settle();
  const dead = { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:dlq' } };
  const after = await call('UpdateEventSourceMapping', { UUID, BatchSize: 5, DestinationConfig: dead });
  assert.deepEqual(
    [after.State, after.BatchSize, after.MaximumRetryAttempts, after.StartingPosition],
    ['Updating', 5, 3, 'LATEST'],
  );
  assert.deepEqual(after.DestinationConfig, dead);
  await settle();
  const cleared = await call('UpdateEventSourceMapping', { UUID, DestinationConfig: { OnFailure: {} }, Enabled: false });
  assert.deepEqual([cleared.State, cleared.DestinationConfig, cleared.BatchSize], ['Disabling', { OnFailure: {} }, 5]);
  await settle();
  assert.equal((await call('GetEventSourceMapping', { UUID })).State, 'Disabled');
  assert.equal((await call('UpdateEventSourceMapping', { UUID, BatchSize: 6 })).State, 'Updating');
  await settle();
  assert.equal((await call('GetEventSourceMapping', { UUID })).State, 'Disabled');
  assert.equal((await call('UpdateEventSourceMapping', { UUID, Enabled: true })).State, 'Enabling');
});

test('empty filters, scaling and response types take them away', async (t) => {
  const { call, settle } = await mappingFixture(t);
  const { UUID } = await call('CreateEventSourceMapping', {
    FunctionName: 'f',
    EventSourceArn: QUEUE,
    FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
    ScalingConfig: { MaximumConcurrency: 3 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await settle();
  const after = await call('UpdateEventSourceMapping', {
    UUID,
    FilterCriteria: { Filters: [] },
    ScalingConfig: {},
    FunctionResponseTypes: [],
  });
  assert.deepEqual([after.FilterCriteria, after.ScalingConfig, after.FunctionResponseTypes], [undefined, undefined, []]);
});

test('another function may be named, unless it has this source already', async (t) => {
  const { call, create, settle } = await mappingFixture(t);
  await create({ FunctionName: 'g', Code: { ZipFile: zip('g') } });
  const { UUID } = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE });
  await call('CreateEventSourceMapping', { FunctionName: 'g', EventSourceArn: QUEUE });
  await settle();
  await assert.rejects(call('UpdateEventSourceMapping', { UUID, FunctionName: 'g' }), { code: 'ResourceConflictException' });
  await assert.rejects(call('UpdateEventSourceMapping', { UUID, FunctionName: 'h' }), { message: 'Function does not exist' });
  const after = await call('UpdateEventSourceMapping', { UUID, FunctionName: 'g:$LATEST' });
  assert.equal(after.FunctionArn, `${FA.slice(0, -1)}g:$LATEST`);
});

test('refuses while it is between two states, and what is not there', async (t) => {
  const { call } = await mappingFixture(t);
  const { UUID } = await call('CreateEventSourceMapping', stream);
  await assert.rejects(call('UpdateEventSourceMapping', { UUID, BatchSize: 5 }), {
    code: 'ResourceInUseException',
    message: 'Cannot update the event source mapping because it is in use.',
  });
  await assert.rejects(call('UpdateEventSourceMapping', { UUID: UUID.replace(/.$/, 'x') }), {
    code: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  });
});
