import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('is empty when nothing is reserved', async (t) => {
  const { create, call } = await fixture(t);
  await assert.rejects(call('GetFunctionConcurrency', { FunctionName: 'f' }), { message: `Function not found: ${FA}:$LATEST` });
  await create();
  assert.deepEqual(await call('GetFunctionConcurrency', { FunctionName: 'f' }), {});
  await call('PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: 0 });
  assert.deepEqual(await call('GetFunctionConcurrency', { FunctionName: 'f' }), { ReservedConcurrentExecutions: 0 });
});
