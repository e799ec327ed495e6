import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('lists the function and its aliases, in pages', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' });
  for (const Qualifier of [undefined, 'live'])
    await call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'NONE', Qualifier });
  const first = await call('ListFunctionUrlConfigs', { FunctionName: 'f', MaxItems: 1 });
  const second = await call('ListFunctionUrlConfigs', { FunctionName: 'f', MaxItems: 1, Marker: first.NextMarker });
  const arns = [first, second].map((page) => page.FunctionUrlConfigs[0].FunctionArn);
  assert.deepEqual([arns, second.NextMarker], [[FA, `${FA}:live`], undefined]);
  await assert.rejects(call('ListFunctionUrlConfigs', { FunctionName: 'g' }), { message: 'Function does not exist' });
});
