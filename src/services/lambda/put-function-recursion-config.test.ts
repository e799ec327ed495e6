import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('a function may be left to its recursion, and stopped again', async (t) => {
  const { create, call, service } = await fixture(t);
  const put = (RecursiveLoop: string) => call('PutFunctionRecursionConfig', { FunctionName: 'f', RecursiveLoop });
  const place = { account: '000000000000', region: 'us-east-1' };
  await assert.rejects(put('Allow'), { code: 'ResourceNotFoundException' });
  await create();
  assert.deepEqual(await put('Allow'), { RecursiveLoop: 'Allow' });
  assert.deepEqual(await call('GetFunctionRecursionConfig', { FunctionName: 'f' }), { RecursiveLoop: 'Allow' });
  assert.equal((await service.resolveFunction(place, 'f')).mayRecur, true);
  await put('Terminate');
  assert.deepEqual(await call('GetFunctionRecursionConfig', { FunctionName: 'f' }), { RecursiveLoop: 'Terminate' });
  assert.equal((await service.resolveFunction(place, 'f')).mayRecur, undefined);
});
