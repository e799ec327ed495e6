import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('takes the address away', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  const { FunctionUrl } = await call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'NONE' });
  await call('DeleteFunctionUrlConfig', { FunctionName: 'f' });
  assert.equal(await service.findFunctionUrl(new URL(FunctionUrl).hostname.split('.')[0]!), undefined);
  await assert.rejects(call('DeleteFunctionUrlConfig', { FunctionName: 'f' }), { code: 'ResourceNotFoundException' });
});
