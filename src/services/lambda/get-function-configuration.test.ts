import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('shows JSON logging with its default levels', async (t) => {
  const { create, call } = await fixture(t);
  await create({ LoggingConfig: { LogFormat: 'JSON' } });
  const output = await call('GetFunctionConfiguration', { FunctionName: FA });
  assert.deepEqual(output.LoggingConfig, {
    LogFormat: 'JSON',
    ApplicationLogLevel: 'INFO',
    SystemLogLevel: 'INFO',
    LogGroup: '/aws/lambda/f',
  });
  assert.ok(!('Environment' in output));
});

test('shows an error in place of variables that cannot be opened', async (t) => {
  const { create, call, deps } = await fixture(t);
  await create({ Environment: { Variables: { A1: 'b' } } });
  Object.assign(deps.secrets, { open: () => undefined });
  const output = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  assert.equal((output.Environment as { Error: { ErrorCode: string } }).Error.ErrorCode, 'SecretUnreadable');
});

test('a function that is not there', async (t) => {
  const { call } = await fixture(t);
  await assert.rejects(call('GetFunctionConfiguration', { FunctionName: 'f' }), { message: `Function not found: ${FA}` });
});
