import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('replaces all, and dispatch sees it at once', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  assert.deepEqual(await service.findAsyncSettings(FA), { maxRetries: 2, maxAgeMs: 21_600_000 });
  const put = (input: object) => call('PutFunctionEventInvokeConfig', { FunctionName: 'f', ...input });
  const { LastModified, ...output } = await put({ MaximumRetryAttempts: 0 });
  assert.ok(LastModified instanceof Date);
  assert.deepEqual(JSON.parse(JSON.stringify(output)), {
    FunctionArn: `${FA}:$LATEST`,
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  });
  assert.deepEqual(await service.findAsyncSettings(FA), { maxRetries: 0, maxAgeMs: 21_600_000 });
  await put({ MaximumEventAgeInSeconds: 60 });
  assert.deepEqual(await service.findAsyncSettings(`${FA}:$LATEST`), { maxRetries: 2, maxAgeMs: 60_000 });
});

test('refuses destinations, nothing at all, and unknown functions', async (t) => {
  const { create, call } = await fixture(t);
  const put = (input: object) => call('PutFunctionEventInvokeConfig', { FunctionName: 'f', ...input });
  await assert.rejects(put({ MaximumRetryAttempts: 0 }), { message: "The function doesn't exist." });
  await create();
  await assert.rejects(put({}), { message: 'You must specify at least one of error handling or destination setting.' });
  const DestinationConfig = { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } };
  await assert.rejects(put({ DestinationConfig }), { code: 'NotImplemented', message: /DestinationConfig/ });
});
