import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('keeps one policy for the function, each version and each alias', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Publish: true });
  await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' });
  for (const Qualifier of [undefined, '1', 'live'])
    await call('AddPermission', {
      FunctionName: 'f',
      Qualifier,
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: '*',
    });
  for (const Qualifier of [undefined, '1', 'live']) {
    const { Policy, RevisionId } = await call('GetPolicy', { FunctionName: 'f', Qualifier });
    const Resource = Qualifier === undefined ? FA : `${FA}:${Qualifier}`;
    const Statement = [{ Sid: 's', Effect: 'Allow', Principal: '*', Action: 'lambda:InvokeFunction', Resource }];
    assert.deepEqual(JSON.parse(Policy), { Version: '2012-10-17', Id: 'default', Statement });
    const holder =
      Qualifier === 'live'
        ? await call('GetAlias', { FunctionName: 'f', Name: 'live' })
        : await call('GetFunctionConfiguration', { FunctionName: 'f', Qualifier });
    assert.equal(RevisionId, holder.RevisionId);
  }
});
