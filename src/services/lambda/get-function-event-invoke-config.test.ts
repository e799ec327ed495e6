import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('shows the settings of exactly that qualifier', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  await call('PutFunctionEventInvokeConfig', { FunctionName: 'f', Qualifier: '1', MaximumRetryAttempts: 1 });
  const shown = await call('GetFunctionEventInvokeConfig', { FunctionName: 'f:1' });
  assert.deepEqual([shown.FunctionArn, shown.MaximumRetryAttempts], [`${FA}:1`, 1]);
  await assert.rejects(call('GetFunctionEventInvokeConfig', { FunctionName: 'f' }), { code: 'ResourceNotFoundException' });
});
