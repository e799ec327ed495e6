import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { FA, fixture, newFunction, ROLE, zip } from './fixture.suite.ts';

test('answers the whole configuration with defaults, Pending, and is Active soon after', async (t) => {
  const { call, service } = await fixture(t);
  const { LastModified, RevisionId, RuntimeVersionConfig, ...rest } = await call('CreateFunction', newFunction());
  assert.deepEqual(rest, {
    FunctionName: 'f',
    FunctionArn: FA,
    Runtime: 'nodejs24.x',
    Role: ROLE,
    Handler: 'index.handler',
    CodeSize: 7,
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    CodeSha256: createHash('sha256').update(zip()).digest('base64'),
    Version: '$LATEST',
    TracingConfig: { Mode: 'PassThrough' },
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/f' },
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
  });
  assert.match(LastModified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  await service.idle();
  const after = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  assert.equal(after.State, 'Active');
  assert.equal(after.LastUpdateStatus, 'Successful');
  assert.notEqual(after.RevisionId, RevisionId);
  assert.ok(!('StateReason' in after));
});

test('publishes version 1 when asked, whose answer is unqualified', async (t) => {
  const { create, call } = await fixture(t);
  const output = await create({ Publish: true });
  assert.deepEqual([output.Version, output.FunctionArn, output.State], ['1', FA, 'Pending']);
  const version = await call('GetFunctionConfiguration', { FunctionName: 'f', Qualifier: '1' });
  assert.deepEqual([version.Version, version.FunctionArn, version.State], ['1', `${FA}:1`, 'Active']);
  assert.equal(version.RevisionId, output.RevisionId);
});

test('refuses a second one, also of two at once', async (t) => {
  const { call } = await fixture(t);
  const both = await Promise.allSettled([call('CreateFunction', newFunction()), call('CreateFunction', newFunction())]);
  assert.deepEqual(both.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
  await assert.rejects(call('CreateFunction', newFunction()), {
    code: 'ResourceConflictException',
    status: 409,
    message: 'Function already exist: f',
  });
});

test('refuses code that cannot be used', async (t) => {
  const { call } = await fixture(t);
  const refused = (Code: object, error: object) => assert.rejects(call('CreateFunction', newFunction({ Code })), error);
  const code = 'InvalidParameterValueException';
  const message = 'Could not unzip uploaded file. Please check your file, then try to upload again.';
  await refused({ ZipFile: Buffer.from('no archive') }, { code, message });
  await refused({ ZipFile: zip('bomb') }, { code, message: 'Unzipped size must be smaller than 262144000 bytes' });
  await refused({ ZipFile: Buffer.alloc(52_428_801) }, { code: 'RequestEntityTooLargeException', status: 413 });
  await refused({ ZipFile: Buffer.alloc(0) }, { code });
  await refused({}, { code });
  await refused(
    { S3Bucket: 'none', S3Key: 'f.zip' },
    {
      code,
      message:
        'Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist',
    },
  );
  await refused(
    { S3Bucket: 'code', S3Key: 'g.zip' },
    {
      code,
      message: 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    },
  );
  await assert.rejects(call('GetFunction', { FunctionName: 'f' }), { code: 'ResourceNotFoundException' });
});

test('takes code from a bucket', async (t) => {
  const { create } = await fixture(t);
  const output = await create({ Code: { S3Bucket: 'code', S3Key: 'f.zip' } });
  assert.equal(output.CodeSha256, createHash('sha256').update(zip('from s3')).digest('base64'));
});

test('refuses names, runtimes, roles and limits with the texts of AWS', async (t) => {
  const { call } = await fixture(t);
  const refused = (input: object, error: object) => assert.rejects(call('CreateFunction', newFunction(input)), error);
  const code = 'InvalidParameterValueException';
  const long = 'x'.repeat(65);
  await refused(
    { FunctionName: long },
    {
      code,
      message: `1 validation error detected: Value '${long}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    },
  );
  await refused({ FunctionName: 'f:live' }, { code });
  await refused({ Runtime: 'nodejs99.x' }, { code, message: /^Value nodejs99\.x at 'runtime' failed .* or be a valid ARN$/ });
  await refused({ Runtime: 'java8' }, { code, message: /^The runtime parameter of java8 is no longer supported/ });
  await refused({ Runtime: 'ruby3.4' }, { code: 'NotImplemented', message: /Runtime ruby3\.4/ });
  await refused({ Runtime: 'java21' }, { code, message: /^Runtime java21: no client for Java$/ });
  await refused({ Runtime: undefined }, { code });
  await refused({ Role: `${ROLE}2` }, { code, message: 'The role defined for the function cannot be assumed by Lambda.' });
  await refused({ Timeout: 901 }, { code: 'ValidationException', message: /'901' at 'timeout'.* less than or equal to 900$/ });
  await refused({ MemorySize: 10_241 }, { code: 'ValidationException' });
  const tooMany = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']));
  await refused({ Tags: tooMany }, { code, message: 'Number of tags exceeds resource tag limit.' });
  await refused(
    { LoggingConfig: { LogFormat: 'Text', ApplicationLogLevel: 'DEBUG' } },
    { code, message: /^LogLevel is not supported when LogFormat is set to "Text"/ },
  );
  await refused(
    { FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:f' },
    {
      code: 'ResourceNotFoundException',
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    },
  );
  await refused({ FunctionName: 'arn:aws:lambda:us-east-1:999999999999:function:f' }, { code: 'AccessDeniedException' });
});

test('refuses by name what would not be enforced, and takes the values that mean nothing', async (t) => {
  const { call, create } = await fixture(t);
  const unenforced = {
    VpcConfig: { SubnetIds: ['subnet-1'] },
    FileSystemConfigs: [{ Arn: 'a', LocalMountPath: '/mnt/a' }],
    TracingConfig: { Mode: 'Active' },
    SnapStart: { ApplyOn: 'PublishedVersions' },
    KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k',
    Architectures: ['arm64'],
    CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: 'a' } },
    DurableConfig: { RetentionPeriodInDays: 1 },
    TenancyConfig: { TenantIsolationMode: 'PER_TENANT' },
    CodeSigningConfigArn: 'arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0',
  };
  for (const [name, value] of Object.entries(unenforced))
    await assert.rejects(
      call('CreateFunction', newFunction({ [name]: value })),
      (error: { code: string; status: number; message: string }) =>
        error.code === 'NotImplemented' && error.status === 501 && error.message.includes(name),
      name,
    );
  await create({
    VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    FileSystemConfigs: [],
    PackageType: 'Zip',
    TracingConfig: { Mode: 'PassThrough' },
    SnapStart: { ApplyOn: 'None' },
    DeadLetterConfig: { TargetArn: '' },
    KMSKeyArn: '',
    Architectures: ['x86_64'],
    ImageConfig: {},
  });
});

test('keeps variables sealed at rest and out of errors', async (t) => {
  const { create, call, deps } = await fixture(t);
  const output = await create({ Environment: { Variables: { PASSWORD: 'hunter2' } } });
  assert.deepEqual(output.Environment, { Variables: { PASSWORD: 'hunter2' } });
  const { functions } = await import('./collections.ts');
  const stored = await deps.store.read.get(functions, ['000000000000', 'us-east-1', 'f']);
  assert.ok(!JSON.stringify(stored).includes('hunter2'));
  const big = { Variables: { PASSWORD: 'hunter2'.repeat(1000) } };
  await assert.rejects(
    call('CreateFunction', newFunction({ FunctionName: 'g', Environment: big })),
    (error: Error) => /exceeded the 4KB limit/.test(error.message) && !error.message.includes('hunter2'),
  );
  await assert.rejects(
    call('CreateFunction', newFunction({ FunctionName: 'g', Environment: { Variables: { AWS_REGION: 'x' } } })),
    {
      message: /Reserved keys used in this request: AWS_REGION$/,
    },
  );
});

test('becomes Failed when its role is gone meanwhile, and Active after a restart that found it unprepared', async (t) => {
  const { call, service, faults, restart } = await fixture(t);
  faults.prepare = async () => {
    faults.role = 'missing';
    return { unpackedBytes: 1 };
  };
  await call('CreateFunction', newFunction());
  await service.idle();
  const failed = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  assert.deepEqual([failed.State, failed.StateReasonCode], ['Failed', 'InsufficientRolePermissions']);
  await assert.rejects(call('Invoke', { FunctionName: 'f' }), { code: 'ResourceConflictException', message: /state: Failed$/ });

  faults.role = undefined;
  let calls = 0;
  faults.prepare = async () => {
    if (++calls > 1) throw Object.assign(new TypeError('disk'), {});
    return { unpackedBytes: 1 };
  };
  await call('CreateFunction', newFunction({ FunctionName: 'g' }));
  await service.idle();
  assert.equal((await call('GetFunctionConfiguration', { FunctionName: 'g' })).State, 'Pending');
  await service.stop(AbortSignal.timeout(1000));
  faults.prepare = undefined;
  const again = restart();
  await again.start();
  await again.idle();
  assert.equal((await call('GetFunctionConfiguration', { FunctionName: 'g' })).State, 'Active');
});

test('counts code against the account and refuses beyond its limit', async (t) => {
  const { call, create } = await fixture(t, { codeStorageBytes: 10 });
  await create();
  await assert.rejects(call('CreateFunction', newFunction({ FunctionName: 'g' })), { code: 'CodeStorageExceededException' });
});

test('a dead-letter queue is shown, must be one, and must be within reach of the role', async (t) => {
  const { call, create } = await fixture(t);
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const refused = (TargetArn: string, message: RegExp) =>
    assert.rejects(call('CreateFunction', newFunction({ DeadLetterConfig: { TargetArn } })), { message });
  await refused('arn:aws:s3:::bucket', /is not a standard queue or topic/);
  await refused(arn('q.fifo'), /is not a standard queue or topic/);
  await refused(arn('forbidden'), /The provided execution role does not have permissions to call SendMessage on SQS/);
  await create({ DeadLetterConfig: { TargetArn: arn('q') } });
  const shown = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  assert.deepEqual(shown.DeadLetterConfig, { TargetArn: arn('q') });
});
