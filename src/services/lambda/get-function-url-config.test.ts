import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('shows the mode always, and the address as this caller reaches it', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const missing = { message: 'The resource you requested does not exist.' };
  await assert.rejects(call('GetFunctionUrlConfig', { FunctionName: 'f' }), missing);
  const made = await call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'AWS_IAM' });
  const shown = await call('GetFunctionUrlConfig', { FunctionName: 'f' });
  assert.deepEqual([shown.FunctionUrl, shown.InvokeMode, shown.AuthType], [made.FunctionUrl, 'BUFFERED', 'AWS_IAM']);
  const elsewhere = await call('GetFunctionUrlConfig', { FunctionName: 'f' }, { endpoint: 'https://lambda.example' });
  assert.ok(elsewhere.FunctionUrl.startsWith('https://') && elsewhere.FunctionUrl.endsWith('.localhost/'));
});
