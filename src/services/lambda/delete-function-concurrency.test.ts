import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('gives back what was reserved; fine twice', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  await call('PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: 9 });
  await call('DeleteFunctionConcurrency', { FunctionName: 'f' });
  await call('DeleteFunctionConcurrency', { FunctionName: 'f' });
  assert.equal(service.reservedTotal({ account: '000000000000', region: 'us-east-1' }), 0);
  assert.deepEqual(await call('GetFunctionConcurrency', { FunctionName: 'f' }), {});
});
