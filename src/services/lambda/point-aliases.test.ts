import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

const place = { account: '000000000000', region: 'us-east-1' };
const live = (version: string, name = 'f') => ({ function: name, alias: 'live', version });

test('makes and moves the aliases of several functions in one transaction, or none of them', async (t) => {
  const { create, call, service, deps } = await fixture(t);
  await create({ Publish: true });
  await create({ FunctionName: 'g', Publish: true });
  const point = (moves: Parameters<typeof service.pointAliases>[2]) =>
    deps.store.transact((tx) => service.pointAliases(tx, place, moves));
  const target = async (FunctionName: string) => (await call('GetAlias', { FunctionName, Name: 'live' })).FunctionVersion;
  await point([live('1'), live('1', 'g')]);
  assert.deepEqual([await target('f'), await target('g')], ['1', '1']);
  await assert.rejects(point([live('$LATEST'), live('7', 'g')]), { code: 'ResourceNotFoundException' });
  assert.deepEqual([await target('f'), await target('g')], ['1', '1'], 'nothing moved');
  await point([live('$LATEST')]);
  assert.equal(await target('f'), '$LATEST');
});

test('a canary gives another version its share', async (t) => {
  const { create, call, service, deps } = await fixture(t);
  await create({ Publish: true });
  await call('UpdateFunctionConfiguration', { FunctionName: 'f', Description: 'second' });
  await service.idle();
  await call('PublishVersion', { FunctionName: 'f' });
  const moves = [{ ...live('1'), also: { version: '2', weight: 0.1 } }];
  await deps.store.transact((tx) => service.pointAliases(tx, place, moves));
  const { RoutingConfig } = await call('GetAlias', { FunctionName: 'f', Name: 'live' });
  assert.deepEqual(RoutingConfig, { AdditionalVersionWeights: { 2: 0.1 } });
});
