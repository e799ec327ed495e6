import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import { fixture, newFunction, zip } from './fixture.suite.ts';

const IMAGE = 'registry.local/app:abc';
const DIGEST = 'abc'.padEnd(64, '0');
const imageFunction = (input: object = {}) => {
  const { Runtime: _, Handler: __, ...rest } = newFunction() as Record<string, unknown>;
  return { ...rest, PackageType: 'Image', Code: { ImageUri: IMAGE }, ...input };
};
const code = 'InvalidParameterValueException';

test('a function of an image: Pending until its layers are here, its digest pinned', async (t) => {
  const { call, service, runs } = await fixture(t);
  const ImageConfig = { Command: ['a.b'], WorkingDirectory: '/w' };
  const created = await call('CreateFunction', imageFunction({ ImageConfig, Layers: [] }));
  assert.deepEqual(
    [created.State, created.PackageType, created.CodeSha256, created.CodeSize, created.ImageConfigResponse],
    ['Pending', 'Image', DIGEST, 0, { ImageConfig }],
  );
  for (const absent of ['Runtime', 'Handler', 'RuntimeVersionConfig', 'Layers']) assert.ok(!(absent in created), absent);
  await service.idle();
  const { Configuration, Code } = await call('GetFunction', { FunctionName: 'f' });
  assert.deepEqual([Configuration.State, Configuration.LastUpdateStatus], ['Active', 'Successful']);
  assert.deepEqual(Code, { RepositoryType: 'ECR', ImageUri: IMAGE, ResolvedImageUri: `registry.local/app@sha256:${DIGEST}` });
  await call('Invoke', { FunctionName: 'f' });
  const { image, runtime, code: digest } = runs[0]!.function;
  assert.deepEqual(image, { uri: `registry.local/app@sha256:${DIGEST}`, command: ['a.b'], workingDirectory: '/w' });
  assert.deepEqual([runtime, digest], ['', DIGEST]);
});

test('versions and aliases keep the digest when the function gets another', async (t) => {
  const { call, service, runs } = await fixture(t);
  await call('CreateFunction', imageFunction({ Publish: true }));
  await service.idle();
  await call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' });
  const updated = await call('UpdateFunctionCode', { FunctionName: 'f', ImageUri: 'registry.local/app:def' });
  assert.deepEqual([updated.LastUpdateStatus, updated.CodeSha256], ['InProgress', 'def'.padEnd(64, '0')]);
  await service.idle();
  const wrong = call('PublishVersion', { FunctionName: 'f', CodeSha256: DIGEST });
  await assert.rejects(wrong, { code });
  const second = await call('PublishVersion', { FunctionName: 'f', CodeSha256: updated.CodeSha256 });
  assert.equal(second.Version, '2');
  assert.equal((await call('PublishVersion', { FunctionName: 'f' })).Version, '2', 'nothing has changed since');
  await call('Invoke', { FunctionName: 'f', Qualifier: 'live' });
  await call('Invoke', { FunctionName: 'f' });
  assert.deepEqual(
    runs.map((run) => run.function.code),
    [DIGEST, 'def'.padEnd(64, '0')],
  );
  await call('DeleteFunction', { FunctionName: 'f', Qualifier: '2' });
  await call('DeleteFunction', { FunctionName: 'f' });
});

test('ImageConfig is replaced as a whole, and {} removes it', async (t) => {
  const { call, service } = await fixture(t);
  await call('CreateFunction', imageFunction({ ImageConfig: { EntryPoint: ['/e'], Command: ['c'] } }));
  await service.idle();
  const update = async (input: object) => {
    const output = await call('UpdateFunctionConfiguration', { FunctionName: 'f', ...input });
    await service.idle();
    return output.ImageConfigResponse?.ImageConfig;
  };
  assert.deepEqual(await update({ Timeout: 4 }), { EntryPoint: ['/e'], Command: ['c'] });
  assert.deepEqual(await update({ ImageConfig: { Command: ['d'] } }), { Command: ['d'] });
  assert.equal(await update({ ImageConfig: {} }), undefined);
  await assert.rejects(update({ ImageConfig: { WorkingDirectory: 'w' } }), { code });
});

test('images that cannot be used are refused with the texts of AWS', async (t) => {
  const { call } = await fixture(t);
  const refused = (tag: string, message: RegExp) =>
    assert.rejects(call('CreateFunction', imageFunction({ Code: { ImageUri: `registry.local/app:${tag}` } })), { code, message });
  await refused(
    'ImageNotFound',
    /^Source image registry\.local\/app:ImageNotFound does not exist\. Provide a valid source image\.$/,
  );
  await refused('ImageAccessDenied', /is not valid\. Provide a valid source image\./);
  await refused('InvalidImage', /^The image manifest, config or layer media type for the source image .* is not supported\./);
  await refused('huge', /is larger than 10737418240 bytes/);
  await refused('odd', /its variable "a\.b"/);
  await assert.rejects(call('CreateFunction', imageFunction({ Code: { ImageUri: 'registry.local/app:ImageUnavailable' } })), {
    code: 'ServiceException',
    status: 503,
    message: /ImageUnavailable gives no answer\. the registry says/,
  });
});

test('what belongs to the other package type is refused', async (t) => {
  const { call, create, service } = await fixture(t);
  const refused = (operation: string, input: object, message: RegExp) =>
    assert.rejects(call(operation, input), { code, message });
  const neither = /^Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image\.$/;
  const layer = 'arn:aws:lambda:us-east-1:000000000000:layer:l:1';
  for (const input of [{ Runtime: 'nodejs24.x' }, { Handler: 'h' }, { Layers: [layer] }])
    await refused('CreateFunction', imageFunction(input), neither);
  await refused('CreateFunction', imageFunction({ Code: { ZipFile: zip() } }), /provide ImageUri/);
  await refused('CreateFunction', newFunction({ Code: { ImageUri: IMAGE } }), /don't provide ImageUri .* Zip\.$/);
  await refused('CreateFunction', newFunction({ ImageConfig: { Command: ['x'] } }), /ImageConfig/);
  await create();
  await refused(
    'UpdateFunctionCode',
    { FunctionName: 'f', ImageUri: IMAGE },
    /^Please don't provide ImageUri when updating a function with packageType Zip\.$/,
  );
  await refused('UpdateFunctionConfiguration', { FunctionName: 'f', ImageConfig: { Command: ['x'] } }, /ImageConfig/);
  await call('CreateFunction', imageFunction({ FunctionName: 'i' }));
  await service.idle();
  await refused(
    'UpdateFunctionCode',
    { FunctionName: 'i', ZipFile: zip() },
    /^Please provide ImageUri when updating a function with packageType Image\.$/,
  );
  await refused('UpdateFunctionConfiguration', { FunctionName: 'i', Handler: 'x' }, neither);
});

test('an image that cannot be fetched fails the function, with AWS’s reason code; a registry that is down is asked again', async (t) => {
  const { call, service, faults } = await fixture(t);
  for (const [error, reason] of [
    ['ImageNotFound', 'ImageDeleted'],
    ['ImageAccessDenied', 'ImageAccessDenied'],
    ['InvalidImage', 'InvalidImage'],
    ['ArchiveTooLarge', 'InvalidImage'],
  ] as const) {
    faults.fetch = fail(error, `it says ${error}`, { status: 400 });
    await call('CreateFunction', imageFunction({ FunctionName: error }));
    await service.idle();
    const shown = await call('GetFunctionConfiguration', { FunctionName: error });
    assert.deepEqual([shown.State, shown.StateReasonCode, shown.StateReason], ['Failed', reason, `it says ${error}`]);
  }
  faults.fetch = fail('ImageUnavailable', 'no answer', { status: 503 });
  await call('CreateFunction', imageFunction());
  await service.idle();
  delete faults.fetch;
  for (const end = Date.now() + 10_000; (await call('GetFunctionConfiguration', { FunctionName: 'f' })).State !== 'Active'; ) {
    assert.ok(Date.now() < end, 'it is never tried again');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
