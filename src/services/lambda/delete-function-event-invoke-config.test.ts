import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('goes back to the defaults', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  await call('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumRetryAttempts: 0 });
  await call('DeleteFunctionEventInvokeConfig', { FunctionName: 'f' });
  assert.equal((await service.findAsyncSettings(FA)).maxRetries, 2);
  await assert.rejects(call('DeleteFunctionEventInvokeConfig', { FunctionName: 'f' }), { code: 'ResourceNotFoundException' });
});
