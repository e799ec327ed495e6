import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('changes what is given; an empty Cors takes it away', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const update = (input: object) => call('UpdateFunctionUrlConfig', { FunctionName: 'f', ...input });
  await assert.rejects(update({}), { code: 'ResourceNotFoundException' });
  const Cors = { AllowOrigins: ['*'] };
  const made = await call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'NONE', Cors });
  const changed = await update({ AuthType: 'AWS_IAM' });
  assert.deepEqual([changed.FunctionUrl, changed.AuthType, changed.Cors.AllowOrigins], [made.FunctionUrl, 'AWS_IAM', ['*']]);
  assert.ok(!('Cors' in (await update({ Cors: {} }))));
  await assert.rejects(update({ InvokeMode: 'RESPONSE_STREAM' }), { code: 'NotImplemented' });
});
