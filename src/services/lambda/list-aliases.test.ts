import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('lists by name and filters by the first target', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  await call('CreateAlias', { FunctionName: 'f', Name: 'b', FunctionVersion: '1' });
  await call('CreateAlias', { FunctionName: 'f', Name: 'a', FunctionVersion: '$LATEST' });
  const names = async (input: object) =>
    (await call('ListAliases', { FunctionName: 'f', ...input })).Aliases.map((alias: { Name: string }) => alias.Name);
  assert.deepEqual(await names({}), ['a', 'b']);
  assert.deepEqual(await names({ FunctionVersion: '1' }), ['b']);
  await assert.rejects(call('ListAliases', { FunctionName: 'g' }), { code: 'ResourceNotFoundException' });
});
