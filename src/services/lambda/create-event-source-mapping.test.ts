import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventSourceMappings, mappingTopic, type QueueSource, type StreamSource } from '../../model/index.ts';
import { FA, fixture } from './fixture.suite.ts';
import { FIFO, mappingFixture, QUEUE, STREAM, TABLE_STREAM } from './mappings.fixture.ts';

const refusal = (message: string | RegExp, code = 'InvalidParameterValueException') => ({ code, message });

test('a queue is mapped with its defaults, and dispatch is told', async (t) => {
  const { call, deps } = await mappingFixture(t);
  const made = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE });
  const { UUID, LastModified, ...rest } = made;
  assert.match(UUID, /^[0-9a-f-]{36}$/);
  assert.ok(LastModified instanceof Date);
  assert.deepEqual(rest, {
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    EventSourceArn: QUEUE,
    EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`,
    FunctionArn: FA,
    FunctionResponseTypes: [],
    State: 'Creating',
    StateTransitionReason: 'USER_INITIATED',
  });
  const [event] = await deps.store.read.events(mappingTopic.name, 0, 1, 10);
  assert.deepEqual(event?.body, { uuid: UUID });
});

test('a stream is mapped with its defaults', async (t) => {
  const { call } = await mappingFixture(t);
  const made = await call('CreateEventSourceMapping', {
    FunctionName: 'f:$LATEST',
    EventSourceArn: STREAM,
    StartingPosition: 'LATEST',
  });
  const { UUID: _u, LastModified: _l, EventSourceMappingArn: _a, ...rest } = made;
  assert.deepEqual(rest, {
    BatchSize: 100,
    BisectBatchOnFunctionError: false,
    DestinationConfig: { OnFailure: {} },
    EventSourceArn: STREAM,
    FunctionArn: `${FA}:$LATEST`,
    FunctionResponseTypes: [],
    LastProcessingResult: 'No records processed',
    MaximumBatchingWindowInSeconds: 0,
    MaximumRecordAgeInSeconds: -1,
    MaximumRetryAttempts: -1,
    ParallelizationFactor: 1,
    StartingPosition: 'LATEST',
    State: 'Creating',
    StateTransitionReason: 'User action',
    TumblingWindowInSeconds: 0,
  });
});

test('keeps and shows what is given; Enabled false is Disabled at once', async (t) => {
  const { call, deps } = await mappingFixture(t);
  const onFailure = 'arn:aws:sqs:us-east-1:000000000000:dlq';
  const given = {
    BatchSize: 7,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: onFailure } },
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumBatchingWindowInSeconds: 3,
    MaximumRecordAgeInSeconds: 60,
    MaximumRetryAttempts: 2,
    ParallelizationFactor: 4,
    StartingPosition: 'AT_TIMESTAMP',
    StartingPositionTimestamp: new Date(5000),
  };
  const made = await call('CreateEventSourceMapping', {
    ...given,
    FunctionName: 'f',
    EventSourceArn: STREAM,
    Enabled: false,
    Tags: { a: 'b' },
  });
  for (const [name, value] of Object.entries(given)) assert.deepEqual(made[name], value, name);
  assert.equal(made.State, 'Disabled');
  const stored = await deps.store.read.get(eventSourceMappings, ['000000000000', 'us-east-1', made.UUID]);
  assert.deepEqual([stored?.tags, stored?.enabled], [{ a: 'b' }, false]);
  const queue = {
    FunctionName: 'f',
    EventSourceArn: QUEUE,
    ScalingConfig: { MaximumConcurrency: 5 },
    FilterCriteria: { Filters: [] },
  };
  const other = await call('CreateEventSourceMapping', queue);
  assert.deepEqual([other.ScalingConfig, other.FilterCriteria], [{ MaximumConcurrency: 5 }, undefined]);
});

test('refuses to the word what AWS refuses', async (t) => {
  const { call } = await mappingFixture(t);
  const refuses = (input: object, message: string, source = STREAM) =>
    assert.rejects(
      call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: source, StartingPosition: 'LATEST', ...input }),
      refusal(message),
    );
  const bare = (input: object, message: string) =>
    assert.rejects(call('CreateEventSourceMapping', { FunctionName: 'f', ...input }), refusal(message));
  await bare({}, 'Unrecognized event source.');
  await bare({ SelfManagedEventSource: {} }, "Required 'sourceAccessConfigurations' parameter is missing.");
  await refuses({ FunctionName: 'unknown' }, 'Function does not exist');
  await refuses({ FunctionName: 'f:unknown' }, 'Function does not exist');
  await refuses({}, 'Unrecognized event source.', 'arn:aws:s3:::b');
  await refuses(
    { StartingPosition: undefined },
    "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
  );
  await refuses(
    { StartingPosition: 'AT_TIMESTAMP' },
    `Unsupported starting position for arn type: ${TABLE_STREAM}`,
    TABLE_STREAM,
  );
  await refuses({}, `Stream not found: ${STREAM}x`, `${STREAM}x`);
  await refuses({ MaximumRecordAgeInSeconds: 5 }, 'MaximumRecordAgeInSeconds must be -1, or between 60 and 604800.');
  const unsupported = 'Unsupported DestinationConfig parameter for given event source mapping type.';
  await refuses({ DestinationConfig: { OnSuccess: { Destination: QUEUE } } }, unsupported);
  await refuses({ DestinationConfig: { OnFailure: { Destination: FIFO } } }, unsupported);
  await bare({ EventSourceArn: QUEUE, DestinationConfig: { OnFailure: { Destination: QUEUE } } }, unsupported);
  for (const pattern of ['null', '"text"', '{"eventSource":"aws:sqs"}', '{"eventSource":[]}', '{'])
    await refuses({ FilterCriteria: { Filters: [{ Pattern: pattern }] } }, 'Invalid filter pattern definition.');
  await refuses(
    { ScalingConfig: { MaximumConcurrency: 2 } },
    'Unsupported ScalingConfig parameter for given event source mapping type.',
  );
  await bare(
    { EventSourceArn: QUEUE, StartingPosition: 'LATEST' },
    'Unsupported StartingPosition parameter for given event source mapping type.',
  );
  await bare(
    { EventSourceArn: `${QUEUE}x` },
    'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
  );
  await bare(
    { EventSourceArn: QUEUE, BatchSize: 11 },
    'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
  );
  await bare(
    { EventSourceArn: FIFO, BatchSize: 11, MaximumBatchingWindowInSeconds: 1 },
    'Maximum batch size for FIFO queues is 10.',
  );
  await bare({ EventSourceArn: FIFO, MaximumBatchingWindowInSeconds: 1 }, 'Batching window is not supported for FIFO queues.');
});

test('the queue must hide messages for as long as the function may run', async (t) => {
  const { call } = await mappingFixture(t);
  await call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 31 });
  await assert.rejects(
    call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE }),
    refusal('Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds'),
  );
});

test("the function's role must be allowed to read the source, and to reach the destination", async (t) => {
  const denied = new Set<string>();
  const { call } = await mappingFixture(t, { mayAct: async (_role, action) => !denied.has(action) });
  denied.add('sqs:ReceiveMessage');
  await assert.rejects(
    call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE }),
    refusal('The provided execution role does not have permissions to call ReceiveMessage on SQS'),
  );
  denied.add('dynamodb:ListStreams').add('kinesis:GetRecords').add('sqs:SendMessage');
  await assert.rejects(
    call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: TABLE_STREAM, StartingPosition: 'LATEST' }),
    refusal(
      `Cannot access stream ${TABLE_STREAM}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.`,
    ),
  );
  const stream = { FunctionName: 'f', EventSourceArn: STREAM, StartingPosition: 'LATEST' };
  await assert.rejects(
    call('CreateEventSourceMapping', stream),
    refusal(/^Cannot access stream .* DescribeStream, and ListShards Actions/),
  );
  denied.delete('kinesis:GetRecords');
  await assert.rejects(
    call('CreateEventSourceMapping', { ...stream, DestinationConfig: { OnFailure: { Destination: QUEUE } } }),
    refusal("The function's execution role does not have permissions to call SendMessage on SQS"),
  );
});

test('the same source and function are mapped once', async (t) => {
  const { call } = await mappingFixture(t);
  const queue = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE });
  await assert.rejects(
    call('CreateEventSourceMapping', { FunctionName: FA, EventSourceArn: QUEUE }),
    refusal(
      `An event source mapping with SQS arn (" ${QUEUE} ") and function (" f ") already exists. Please update or delete the existing mapping with UUID ${queue.UUID}`,
      'ResourceConflictException',
    ),
  );
  const input = { FunctionName: 'f', EventSourceArn: STREAM, StartingPosition: 'LATEST' };
  const stream = await call('CreateEventSourceMapping', input);
  await assert.rejects(
    call('CreateEventSourceMapping', input),
    refusal(
      `The event source arn (" ${STREAM} ") and function (" f ") provided mapping already exists. Please update or delete the existing mapping with UUID ${stream.UUID}`,
      'ResourceConflictException',
    ),
  );
});

test('refuses by name what would not be enforced', async (t) => {
  const { call } = await mappingFixture(t);
  const refuses = (input: object, name: string) =>
    assert.rejects(
      call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE, ...input }),
      refusal(new RegExp(name), 'NotImplemented'),
    );
  await refuses({ EventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/c/u' }, 'Amazon MSK');
  await refuses({ EventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:b' }, 'Amazon MQ');
  await refuses({ EventSourceArn: 'arn:aws:rds:us-east-1:000000000000:cluster:c' }, 'Amazon DocumentDB');
  await refuses(
    { EventSourceArn: undefined, SelfManagedEventSource: {}, SourceAccessConfigurations: [] },
    'SelfManagedEventSource',
  );
  await refuses({ KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' }, 'KMSKeyArn');
  await refuses({ MetricsConfig: { Metrics: ['EventCount'] } }, 'MetricsConfig');
  await refuses({ ProvisionedPollerConfig: { MinimumPollers: 2 } }, 'ProvisionedPollerConfig');
  const stream = { EventSourceArn: STREAM, StartingPosition: 'LATEST' };
  await refuses({ ...stream, TumblingWindowInSeconds: 5, ParallelizationFactor: 2 }, 'ParallelizationFactor above 1');
  await refuses({ ...stream, DestinationConfig: { OnFailure: { Destination: 'kafka://t' } } }, 'Kafka');
  await call('CreateEventSourceMapping', {
    FunctionName: 'f',
    EventSourceArn: QUEUE,
    MetricsConfig: { Metrics: [] },
    KMSKeyArn: '',
  });
});

test('a source whose service is not there is refused by name', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  await assert.rejects(call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE }), {
    code: 'NotImplemented',
  });
});

test('a queue or stream of another account is taken where it may be read, and nothing is said of it where it may not', async (t) => {
  const [queue, stream, changes] = [QUEUE, STREAM, TABLE_STREAM].map((arn) => arn.replace('000000000000', '222222222222'));
  const there = { find: async () => ({ fifo: false, visibilityTimeoutMs: 30_000 }) } as unknown as QueueSource;
  const streams = { kinesis: { find: async () => ({ topic: 't', shards: [], retentionMs: 1 }) } as unknown as StreamSource };
  let allowed = true;
  const { call } = await mappingFixture(t, {
    mayAct: async () => allowed,
    eventSources: () => ({ queues: allowed ? there : ({ find: async () => undefined } as unknown as QueueSource), streams }),
  });
  const made = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: queue });
  assert.equal(made.EventSourceArn, queue);
  await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: stream, StartingPosition: 'LATEST' });
  await assert.rejects(
    call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: changes, StartingPosition: 'LATEST' }),
    refusal(/^A DynamoDB stream of another account is not implemented/),
  );
  allowed = false;
  await assert.rejects(
    call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: `${queue}-none` }),
    refusal('The provided execution role does not have permissions to call ReceiveMessage on SQS'),
  );
});
