import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('lists by qualifier', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  for (const Qualifier of ['1', '$LATEST']) {
    const input = { FunctionName: 'f', Qualifier, MaximumRetryAttempts: 1 };
    await call('PutFunctionEventInvokeConfig', input);
  }
  const { FunctionEventInvokeConfigs } = await call('ListFunctionEventInvokeConfigs', { FunctionName: 'f' });
  const arns = FunctionEventInvokeConfigs.map((config: { FunctionArn: string }) => config.FunctionArn);
  assert.deepEqual(arns, [`${FA}:$LATEST`, `${FA}:1`]);
  await assert.rejects(call('ListFunctionEventInvokeConfigs', { FunctionName: 'g' }), { code: 'ResourceNotFoundException' });
});
