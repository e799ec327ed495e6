import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('points to a version, or to two by weight', async (t) => {
  const { create, call, service, runs } = await fixture(t);
  await create({ Publish: true });
  await call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 });
  await service.idle();
  await call('PublishVersion', { FunctionName: 'f' });
  const { RevisionId, ...alias } = await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' });
  assert.match(RevisionId, /^[0-9a-f-]{36}$/);
  assert.deepEqual(alias, { AliasArn: `${FA}:live`, Name: 'live', FunctionVersion: '1', Description: '' });
  const RoutingConfig = { AdditionalVersionWeights: { 2: 0.5 } };
  await call('CreateAlias', { FunctionName: 'f', Name: 'half', FunctionVersion: '1', RoutingConfig });
  await call('Invoke', { FunctionName: 'f:live' });
  assert.deepEqual([runs[0]!.function.version, runs[0]!.invokedArn], ['1', `${FA}:live`]);
  for (let n = 0; n < 64; n++) await call('Invoke', { FunctionName: 'f:half' });
  assert.deepEqual([...new Set(runs.slice(1).map((run) => run.function.version))].sort(), ['1', '2']);
});

test('refuses what cannot be', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  const refused = (input: object, error: object) =>
    assert.rejects(call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1', ...input }), error);
  const weights = (AdditionalVersionWeights: object) => ({ RoutingConfig: { AdditionalVersionWeights } });
  await refused({ FunctionVersion: '7' }, { message: `Function not found: ${FA}:7` });
  await refused({ FunctionName: 'g' }, { code: 'ResourceNotFoundException' });
  await refused(weights({ 1: 0.1 }), { message: /^Invalid function version 1\. Function version 1 is already included/ });
  await refused(weights({ 1: 0.1, 2: 0.1 }), { message: 'Number of items in AdditionalVersionWeights cannot be greater than 1' });
  await refused({ FunctionVersion: '$LATEST', ...weights({ 1: 0.1 }) }, { message: /^\$LATEST is not supported/ });
  await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' });
  await refused({}, { code: 'ResourceConflictException', message: `Alias already exists: ${FA}:live` });
});
