import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('is fine twice, and what it named is gone', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  await call('CreateAlias', { FunctionName: 'f', Name: 'a', FunctionVersion: '$LATEST' });
  await call('DeleteAlias', { FunctionName: 'f', Name: 'a' });
  await call('DeleteAlias', { FunctionName: 'f', Name: 'a' });
  await assert.rejects(call('Invoke', { FunctionName: 'f:a' }), { message: `Function not found: ${FA}:a` });
});
