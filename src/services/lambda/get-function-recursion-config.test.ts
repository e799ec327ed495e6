import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('answers what AWS answers when nothing was configured', async (t) => {
  const { create, call } = await fixture(t);
  await assert.rejects(call('GetFunctionRecursionConfig', { FunctionName: 'f' }), { message: `Function not found: ${FA}` });
  await create();
  assert.deepEqual(await call('GetFunctionRecursionConfig', { FunctionName: 'f' }), { RecursiveLoop: 'Terminate' });
});
