import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('shows an alias, or says which is missing', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const made = await call('CreateAlias', { FunctionName: 'f', Name: 'dev', FunctionVersion: '$LATEST', Description: 'd' });
  assert.deepEqual(await call('GetAlias', { FunctionName: 'f', Name: 'dev' }), made);
  await assert.rejects(call('GetAlias', { FunctionName: 'f', Name: 'x' }), { message: `Cannot find alias arn: ${FA}:x` });
});
