import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture, zip } from './fixture.suite.ts';

test('publishes once for each content, also for configuration alone', async (t) => {
  const { create, call, service } = await fixture(t);
  await create({ Environment: { Variables: { A1: 'b' } } });
  const first = await call('PublishVersion', { FunctionName: 'f', Description: 'one' });
  assert.deepEqual(
    [first.Version, first.FunctionArn, first.Description, first.State, first.LastUpdateStatus],
    ['1', `${FA}:1`, 'one', 'Active', 'Successful'],
  );
  assert.equal((await call('PublishVersion', { FunctionName: 'f' })).RevisionId, first.RevisionId);
  await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip() });
  await service.idle();
  assert.equal((await call('PublishVersion', { FunctionName: 'f' })).Version, '1');
  await call('UpdateFunctionConfiguration', { FunctionName: 'f', Environment: { Variables: { A1: 'c' } } });
  await service.idle();
  assert.equal((await call('PublishVersion', { FunctionName: 'f' })).Version, '2');
  const kept = await call('GetFunctionConfiguration', { FunctionName: 'f:1' });
  assert.deepEqual(kept.Environment, { Variables: { A1: 'b' } });
});

test('refuses other code and other revisions than those that are there', async (t) => {
  const { create, call } = await fixture(t);
  const { CodeSha256 } = await create();
  await assert.rejects(call('PublishVersion', { FunctionName: 'f', CodeSha256: 'x' }), {
    message: `CodeSHA256 (x) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
  });
  await assert.rejects(call('PublishVersion', { FunctionName: 'f', RevisionId: 'x' }), { code: 'PreconditionFailedException' });
  await assert.rejects(call('PublishVersion', { FunctionName: 'g' }), { code: 'ResourceNotFoundException' });
});
