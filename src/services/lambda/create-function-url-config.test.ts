import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('makes an address that the gateway finds, with its policy', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  const Cors = { AllowOrigins: ['*'], MaxAge: 5 };
  const output = await call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'NONE', Cors });
  assert.match(output.FunctionUrl, /^http:\/\/[a-z2-7]{32}\.lambda-url\.us-east-1\.localhost:4566\/$/);
  assert.deepEqual([output.FunctionArn, output.AuthType, 'InvokeMode' in output], [FA, 'NONE', false]);
  assert.deepEqual(JSON.parse(JSON.stringify(output.Cors)), Cors);
  const permission = { FunctionName: 'f', StatementId: 's', Principal: '*', FunctionUrlAuthType: 'NONE' };
  await call('AddPermission', { ...permission, Action: 'lambda:InvokeFunctionUrl' });
  const found = await service.findFunctionUrl(new URL(output.FunctionUrl).hostname.split('.')[0]!);
  assert.deepEqual([found?.functionArn, found?.authType, found?.invokeMode, found?.cors?.maxAge], [FA, 'NONE', 'BUFFERED', 5]);
  assert.equal((found!.policy as { Statement: object[] }).Statement.length, 1);
});

test('refuses a second one, streaming, and what is missing', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const make = (input: object = {}) => call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'NONE', ...input });
  await assert.rejects(make({ InvokeMode: 'RESPONSE_STREAM' }), { code: 'NotImplemented', message: /RESPONSE_STREAM/ });
  await assert.rejects(make({ Qualifier: 'live' }), { message: `Function not found: ${FA}:live` });
  await make();
  await assert.rejects(make(), {
    code: 'ResourceConflictException',
    message: `Failed to create function url config for [functionArn = ${FA}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  });
});
