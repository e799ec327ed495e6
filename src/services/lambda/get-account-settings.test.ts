import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('shows limits and what is used of them', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  await call('PutFunctionConcurrency', { FunctionName: FA, ReservedConcurrentExecutions: 100 });
  const { AccountLimit, AccountUsage } = await call('GetAccountSettings', {});
  assert.deepEqual([AccountLimit.ConcurrentExecutions, AccountLimit.UnreservedConcurrentExecutions], [1000, 900]);
  assert.deepEqual(AccountUsage, { TotalCodeSize: 14, FunctionCount: 1 });
});
