import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('takes everything of the function with it', async (t) => {
  const { create, call, retired, service } = await fixture(t);
  await create({ Publish: true, Tags: { a: 'b' } });
  await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' });
  await call('AddPermission', { FunctionName: 'f', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' });
  const { FunctionUrl } = await call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'NONE' });
  await call('PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: 5 });
  await call('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumRetryAttempts: 0 });
  assert.deepEqual(await call('DeleteFunction', { FunctionName: 'f' }), { StatusCode: 204 });
  assert.deepEqual(retired.at(-1), [FA]);
  await assert.rejects(call('DeleteFunction', { FunctionName: 'f' }), { message: `Function not found: ${FA}` });
  assert.equal(await service.findFunctionUrl(new URL(FunctionUrl).hostname.split('.')[0]!), undefined);
  assert.equal(service.reservedTotal({ account: '000000000000', region: 'us-east-1' }), 0);
  assert.deepEqual((await call('GetAccountSettings', {})).AccountUsage, { TotalCodeSize: 0, FunctionCount: 0 });
  await create();
  assert.deepEqual((await call('ListTags', { Resource: FA })).Tags, {});
  for (const operation of ['GetPolicy', 'GetFunctionEventInvokeConfig'])
    await assert.rejects(call(operation, { FunctionName: 'f' }), { code: 'ResourceNotFoundException' });
  assert.deepEqual((await call('ListAliases', { FunctionName: 'f' })).Aliases, []);
  assert.equal((await call('ListVersionsByFunction', { FunctionName: 'f' })).Versions.length, 1);
});

test('takes one version, unless an alias points to it', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' });
  await assert.rejects(call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' }), { code: 'ResourceConflictException' });
  await call('DeleteAlias', { FunctionName: 'f', Name: 'live' });
  await call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' });
  await call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' });
  await assert.rejects(call('Invoke', { FunctionName: 'f', Qualifier: '1' }), { message: `Function not found: ${FA}:1` });
  assert.equal((await call('PublishVersion', { FunctionName: 'f' })).Version, '2');
});

test('refuses $LATEST and aliases', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  await assert.rejects(call('DeleteFunction', { FunctionName: 'f', Qualifier: '$LATEST' }), {
    message: '$LATEST version cannot be deleted without deleting the function.',
  });
  await assert.rejects(call('DeleteFunction', { FunctionName: 'f', Qualifier: 'live' }), {
    message: 'Deletion of aliases is not currently supported.',
  });
});
