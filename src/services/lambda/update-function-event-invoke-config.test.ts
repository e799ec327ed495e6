import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('merges, but does not make', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  const update = { FunctionName: 'f', MaximumEventAgeInSeconds: 90 };
  await assert.rejects(call('UpdateFunctionEventInvokeConfig', update), {
    message: `The function ${FA}:$LATEST doesn't have an EventInvokeConfig`,
  });
  await call('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumRetryAttempts: 1 });
  await call('UpdateFunctionEventInvokeConfig', update);
  assert.deepEqual(await service.findAsyncSettings(FA), { maxRetries: 1, maxAgeMs: 90_000 });
});
