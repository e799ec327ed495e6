import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture, zip } from './fixture.suite.ts';

test('runs the old code until the new is ready, then retires the old', async (t) => {
  const { create, call, service, runs, faults, retired } = await fixture(t);
  const first = await create();
  let go = () => {};
  let calls = 0;
  faults.prepare = async () => {
    if (++calls > 1) await new Promise<void>((resolve) => (go = resolve));
    return { unpackedBytes: 1 };
  };
  const output = await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip('two') });
  assert.deepEqual(
    [output.State, output.LastUpdateStatus, output.LastUpdateStatusReasonCode],
    ['Active', 'InProgress', 'Creating'],
  );
  assert.notEqual(output.CodeSha256, first.CodeSha256);
  await call('Invoke', { FunctionName: 'f' });
  for (const operation of ['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'PublishVersion'])
    await assert.rejects(call(operation, { FunctionName: 'f', ZipFile: zip('three') }), {
      code: 'ResourceConflictException',
      message: `The operation cannot be performed at this time. An update is in progress for resource: ${FA}`,
    });
  while (calls < 2) await new Promise(setImmediate);
  go();
  await service.idle();
  await call('Invoke', { FunctionName: 'f' });
  const [before, after] = runs.map((run) => run.function);
  assert.notEqual(before!.code, after!.code);
  assert.notEqual(before!.identity, after!.identity);
  assert.deepEqual(retired.at(-1), [FA, after!.identity, '$LATEST']);
  assert.equal((await call('GetFunctionConfiguration', { FunctionName: 'f' })).LastUpdateStatus, 'Successful');
});

test('a failed update leaves the old code live', async (t) => {
  const { create, call, service, runs, faults } = await fixture(t);
  await create();
  faults.prepare = async () => {
    faults.role = 'not-assumable';
    return { unpackedBytes: 1 };
  };
  await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip('two') });
  await service.idle();
  const shown = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  assert.deepEqual([shown.State, shown.LastUpdateStatus], ['Active', 'Failed']);
  await call('Invoke', { FunctionName: 'f' });
  await assert.rejects(call('PublishVersion', { FunctionName: 'f' }), { code: 'ResourceConflictException' });
  Object.assign(faults, { prepare: undefined, role: undefined });
  await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip('three') });
  await service.idle();
  await call('Invoke', { FunctionName: 'f' });
  assert.notEqual(runs[0]!.function.code, runs[1]!.function.code);
  const account = await call('GetAccountSettings', {});
  assert.equal(account.AccountUsage.TotalCodeSize, zip('three').byteLength);
});

test('DryRun changes nothing, Publish answers the new version, a wrong revision is refused', async (t) => {
  const { create, call, service } = await fixture(t);
  const first = await create();
  const dry = await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip('two'), DryRun: true });
  assert.notEqual(dry.CodeSha256, first.CodeSha256);
  assert.equal((await call('GetFunctionConfiguration', { FunctionName: 'f' })).CodeSha256, first.CodeSha256);
  await assert.rejects(call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip('two'), RevisionId: first.RevisionId }), {
    code: 'PreconditionFailedException',
    status: 412,
  });
  const published = await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip('two'), Publish: true });
  assert.deepEqual([published.Version, published.State, published.LastUpdateStatus], ['1', 'Pending', undefined]);
  await service.idle();
  assert.equal((await call('GetFunctionConfiguration', { FunctionName: 'f:1' })).State, 'Active');
  assert.equal((await call('Invoke', { FunctionName: 'f:1' })).ExecutedVersion, '1');
});

test('refuses images and bad archives', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  await assert.rejects(call('UpdateFunctionCode', { FunctionName: 'f', ImageUri: 'x' }), {
    message: "Please don't provide ImageUri when updating a function with packageType Zip.",
  });
  await assert.rejects(call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: Buffer.from('no') }), {
    message: /^Could not unzip uploaded file/,
  });
  await assert.rejects(call('UpdateFunctionCode', { FunctionName: 'g', ZipFile: zip() }), { code: 'ResourceNotFoundException' });
});
