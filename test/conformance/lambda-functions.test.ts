import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  waitUntilFunctionActiveV2,
  waitUntilFunctionExists,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import { createRole } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

let platform: Platform;
let aws: ReturnType<typeof sdk>;
let Role: string;
let ZipFile: Buffer;
const FunctionName = 'conform';
const FA = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
const settle = () =>
  waitUntilFunctionUpdatedV2({ client: aws.lambda, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { FunctionName });

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  aws = sdk(platform.url);
  Role = await createRole(aws, 'conform', ['service-role/AWSLambdaBasicExecutionRole']);
  ZipFile = await moduleZip('export const handler = async (event) => ({ event, stage: process.env.STAGE });');
});
after(() => platform?.stop());

test('a function is created pending, with every default of AWS, and becomes active', async () => {
  const made = await aws.lambda.createFunction({
    FunctionName,
    Role,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile },
    Tags: { team: 'a' },
  });
  assert.equal(made.$metadata.httpStatusCode, 201);
  assert.match(made.LastModified!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  assert.match(made.RevisionId!, /^[0-9a-f-]{36}$/);
  assert.match(made.RuntimeVersionConfig!.RuntimeVersionArn!, /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/);
  const { $metadata: _1, LastModified: _2, RevisionId: _3, RuntimeVersionConfig: _4, ConfigSha256: _5, ...rest } = made;
  assert.deepEqual(rest, {
    FunctionName,
    FunctionArn: FA,
    Runtime: 'nodejs24.x',
    Role,
    Handler: 'index.handler',
    CodeSize: ZipFile.length,
    CodeSha256: createHash('sha256').update(ZipFile).digest('base64'),
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    Version: '$LATEST',
    TracingConfig: { Mode: 'PassThrough' },
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${FunctionName}` },
  });
  await waitUntilFunctionExists({ client: aws.lambda, maxWaitTime: 10 }, { FunctionName });
  await waitUntilFunctionActiveV2({ client: aws.lambda, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { FunctionName });
  const got = await aws.lambda.getFunction({ FunctionName });
  assert.deepEqual(
    [got.Configuration?.State, got.Configuration?.LastUpdateStatus, got.Tags, got.Code?.RepositoryType, got.Concurrency],
    ['Active', 'Successful', { team: 'a' }, 'S3', undefined],
  );
  assert.equal('StateReason' in got.Configuration!, false);
  const downloaded = await fetch(got.Code!.Location!);
  assert.deepEqual(Buffer.from(await downloaded.arrayBuffer()), ZipFile);
});

test('reads by every form of its name', async () => {
  for (const name of [`function:${FunctionName}`, `000000000000:function:${FunctionName}`, FA])
    assert.equal((await aws.lambda.getFunctionConfiguration({ FunctionName: name })).FunctionArn, FA);
  const latest = await aws.lambda.getFunctionConfiguration({ FunctionName, Qualifier: '$LATEST' });
  assert.equal(latest.FunctionArn, `${FA}:$LATEST`);
  const { Functions } = await aws.lambda.listFunctions({});
  assert.deepEqual(
    Functions?.map((one) => [one.FunctionName, one.FunctionArn, one.State]),
    [[FunctionName, FA, undefined]],
  );
  const all = await aws.lambda.listFunctions({ FunctionVersion: 'ALL' });
  assert.deepEqual(
    all.Functions?.map((one) => one.FunctionArn),
    [`${FA}:$LATEST`],
  );
});

test('what is wrong is said in AWS’s words', async () => {
  const base = { FunctionName: 'wrong', Role, Runtime: 'nodejs24.x' as const, Handler: 'index.handler', Code: { ZipFile } };
  const { lambda } = aws;
  await refused(
    lambda.createFunction({ ...base, FunctionName }),
    'ResourceConflictException',
    `Function already exist: ${FunctionName}`,
    409,
  );
  await refused(
    lambda.getFunction({ FunctionName: 'none' }),
    'ResourceNotFoundException',
    'Function not found: arn:aws:lambda:us-east-1:000000000000:function:none',
    404,
  );
  await refused(
    lambda.invoke({ FunctionName: 'none' }),
    'ResourceNotFoundException',
    'Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST',
    404,
  );
  await refused(
    lambda.getFunction({ FunctionName: 'bad!' }),
    'ValidationException',
    /^1 validation error detected: Value 'bad!' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
    400,
  );
  await refused(
    lambda.getFunction({ FunctionName, Qualifier: 'in!' }),
    'ValidationException',
    /at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern/,
  );
  await refused(
    lambda.getFunction({ FunctionName: `${FA}:a`, Qualifier: 'b' }),
    'InvalidParameterValueException',
    'The derived qualifier from the function name does not match the specified qualifier.',
  );
  await refused(
    lambda.getFunction({ FunctionName: FA.replace('us-east-1', 'eu-west-1') }),
    'ResourceNotFoundException',
    "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
  );
  await refused(
    lambda.createFunction({ ...base, FunctionName: 'n'.repeat(65) }),
    'InvalidParameterValueException',
    `1 validation error detected: Value '${'n'.repeat(65)}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
  );
  await refused(
    lambda.createFunction({ ...base, Runtime: 'cobol' as never }),
    'InvalidParameterValueException',
    /^Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[.*\] or be a valid ARN$/,
  );
  await refused(
    lambda.createFunction({ ...base, Runtime: 'nodejs14.x' }),
    'InvalidParameterValueException',
    'The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.',
  );
  await refused(
    lambda.createFunction({ ...base, MemorySize: 64 }),
    'ValidationException',
    "1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
  );
  await refused(
    lambda.createFunction({ ...base, Role: 'arn:aws:iam::000000000000:role/none' }),
    'InvalidParameterValueException',
    'The role defined for the function cannot be assumed by Lambda.',
  );
  await refused(
    lambda.createFunction({ ...base, Role: 'x' }),
    'ValidationException',
    /at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
  );
  await refused(
    lambda.createFunction({ ...base, Code: { ZipFile: Buffer.from('not a zip') } }),
    'InvalidParameterValueException',
    'Could not unzip uploaded file. Please check your file, then try to upload again.',
  );
  await refused(
    lambda.createFunction({ ...base, Architectures: ['x86_64', 'arm64'] }),
    'ValidationException',
    "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
  );
  await refused(
    lambda.createFunction({ ...base, Environment: { Variables: { BIG: 'x'.repeat(4096) } } }),
    'InvalidParameterValueException',
    /^Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit\. String measured: /,
  );
  await refused(
    lambda.createFunction({ ...base, Code: { S3Bucket: 'missing', S3Key: 'k' } }),
    'InvalidParameterValueException',
    'Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist',
  );
  await refused(
    lambda.createFunction({ ...base, Layers: [`${FA.replace(`function:${FunctionName}`, 'layer:none')}:1`] }),
    'InvalidParameterValueException',
    'Layer version arn:aws:lambda:us-east-1:000000000000:layer:none:1 does not exist.',
  );
  await refused(
    lambda.listFunctions({ FunctionVersion: 'SOME' as never }),
    'ValidationException',
    /at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: \[ALL\]$/,
  );
  await refused(
    lambda.deleteFunction({ FunctionName, Qualifier: '$LATEST' }),
    'InvalidParameterValueException',
    '$LATEST version cannot be deleted without deleting the function.',
  );
});

test('invokes in each type', async () => {
  const ran = await aws.lambda.invoke({ FunctionName, Payload: Buffer.from('{"a":1}'), LogType: 'Tail' });
  assert.deepEqual([ran.StatusCode, ran.ExecutedVersion, ran.FunctionError], [200, '$LATEST', undefined]);
  assert.deepEqual(JSON.parse(ran.Payload!.transformToString()), { event: { a: 1 } });
  assert.match(Buffer.from(ran.LogResult!, 'base64').toString(), /^START RequestId: .*\nEND RequestId: .*\nREPORT RequestId: /);
  const queued = await aws.lambda.invoke({ FunctionName, InvocationType: 'Event', Payload: '{}' });
  assert.deepEqual([queued.StatusCode, queued.ExecutedVersion, queued.FunctionError], [202, undefined, undefined]);
  const dry = await aws.lambda.invoke({ FunctionName, InvocationType: 'DryRun' });
  assert.deepEqual([dry.StatusCode, dry.ExecutedVersion], [204, undefined]);
  await refused(
    aws.lambda.invoke({ FunctionName, Payload: '{' }),
    'InvalidRequestContentException',
    /^Could not parse request body into json/,
    400,
  );
  const legacy = await aws.lambda.invokeAsync({ FunctionName, InvokeArgs: '{}' });
  assert.deepEqual([legacy.Status, legacy.$metadata.httpStatusCode], [202, 202]);
});

test('updates are in progress, then successful, under new revisions', async () => {
  const before = await aws.lambda.getFunctionConfiguration({ FunctionName });
  const update = { FunctionName, Environment: { Variables: { STAGE: 'one' } }, Timeout: 5, Description: 'first' };
  const asked = await aws.lambda.updateFunctionConfiguration({ ...update, RevisionId: before.RevisionId });
  assert.deepEqual(
    [asked.State, asked.LastUpdateStatus, asked.LastUpdateStatusReason, asked.LastUpdateStatusReasonCode],
    ['Active', 'InProgress', 'The function is being created.', 'Creating'],
  );
  await settle();
  const now = await aws.lambda.getFunctionConfiguration({ FunctionName });
  assert.equal(new Set([before.RevisionId, asked.RevisionId, now.RevisionId]).size, 3);
  const ran = await aws.lambda.invoke({ FunctionName });
  assert.equal(JSON.parse(ran.Payload!.transformToString()).stage, 'one');
  const stale = { FunctionName, RevisionId: before.RevisionId };
  const text =
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id';
  await refused(aws.lambda.updateFunctionConfiguration(stale), 'PreconditionFailedException', text, 412);
  await refused(aws.lambda.publishVersion(stale), 'PreconditionFailedException', text, 412);
  const code = await moduleZip('export const handler = async () => "two";');
  const dry = await aws.lambda.updateFunctionCode({ FunctionName, ZipFile: code, DryRun: true });
  assert.equal(dry.CodeSize, code.length);
  assert.equal((await aws.lambda.getFunctionConfiguration({ FunctionName })).CodeSha256, now.CodeSha256);
  await refused(
    aws.lambda.updateFunctionCode({ FunctionName, ImageUri: 'x' }),
    'InvalidParameterValueException',
    "Please don't provide ImageUri when updating a function with packageType Zip.",
  );
  await aws.lambda.updateFunctionCode({ FunctionName, ZipFile: code });
  await settle();
  assert.equal((await aws.lambda.invoke({ FunctionName })).Payload!.transformToString(), '"two"');
  const json = await aws.lambda
    .updateFunctionConfiguration({ FunctionName, LoggingConfig: { LogFormat: 'JSON' } })
    .catch((error) => error);
  if (!(json instanceof Error)) {
    assert.deepEqual(json.LoggingConfig, {
      LogFormat: 'JSON',
      ApplicationLogLevel: 'INFO',
      SystemLogLevel: 'INFO',
      LogGroup: `/aws/lambda/${FunctionName}`,
    });
    await settle();
    await aws.lambda.updateFunctionConfiguration({ FunctionName, LoggingConfig: { LogFormat: 'Text' } });
    await settle();
  } else assert.match(json.message, /LogFormat|not implemented/);
});

test('versions and aliases', async () => {
  const one = await aws.lambda.publishVersion({ FunctionName, Description: 'v one' });
  assert.deepEqual([one.$metadata.httpStatusCode, one.Version, one.FunctionArn, one.Description], [201, '1', `${FA}:1`, 'v one']);
  await waitUntilPublishedVersionActive({ client: aws.lambda, maxWaitTime: 10 }, { FunctionName, Qualifier: '1' });
  assert.equal((await aws.lambda.publishVersion({ FunctionName })).Version, '1');
  const wrong = { FunctionName, CodeSha256: 'x' };
  const { CodeSha256 } = await aws.lambda.getFunctionConfiguration({ FunctionName });
  await refused(
    aws.lambda.publishVersion(wrong),
    'InvalidParameterValueException',
    `CodeSHA256 (x) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
  );
  const two = await aws.lambda.updateFunctionCode({ FunctionName, ZipFile, Publish: true });
  assert.deepEqual([two.Version, two.State, two.LastUpdateStatus], ['2', 'Pending', undefined]);
  await settle();
  const { Versions } = await aws.lambda.listVersionsByFunction({ FunctionName });
  assert.deepEqual(
    Versions?.map((v) => [v.Version, v.FunctionArn]),
    ['$LATEST', '1', '2'].map((v) => [v, `${FA}:${v}`]),
  );

  const live = await aws.lambda.createAlias({ FunctionName, Name: 'live', FunctionVersion: '1' });
  const { $metadata: _, RevisionId, ...alias } = live;
  assert.deepEqual(alias, { AliasArn: `${FA}:live`, Name: 'live', FunctionVersion: '1', Description: '' });
  await refused(
    aws.lambda.createAlias({ FunctionName, Name: 'live', FunctionVersion: '1' }),
    'ResourceConflictException',
    `Alias already exists: ${FA}:live`,
    409,
  );
  await refused(
    aws.lambda.createAlias({ FunctionName, Name: 'x', FunctionVersion: '9' }),
    'ResourceNotFoundException',
    `Function not found: ${FA}:9`,
  );
  await refused(
    aws.lambda.getAlias({ FunctionName, Name: 'none' }),
    'ResourceNotFoundException',
    `Cannot find alias arn: ${FA}:none`,
  );
  await refused(
    aws.lambda.updateAlias({ FunctionName, Name: 'none', FunctionVersion: '1' }),
    'ResourceNotFoundException',
    `Alias not found: ${FA}:none`,
  );
  await refused(
    aws.lambda.updateAlias({ FunctionName, Name: 'live', RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } }),
    'InvalidParameterValueException',
    'Invalid function version 1. Function version 1 is already included in routing configuration.',
  );
  await refused(aws.lambda.updateAlias({ FunctionName, Name: 'live', RevisionId: Role }), 'PreconditionFailedException');
  const routed = await aws.lambda.updateAlias({
    FunctionName,
    Name: 'live',
    RevisionId,
    RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
  });
  assert.deepEqual(routed.RoutingConfig, { AdditionalVersionWeights: { 2: 0.5 } });
  assert.notEqual(routed.RevisionId, RevisionId);
  const seen = new Set<string | undefined>();
  for (let at = 0; at < 40 && seen.size < 2; at++)
    seen.add((await aws.lambda.invoke({ FunctionName, Qualifier: 'live' })).ExecutedVersion);
  assert.deepEqual([...seen].sort(), ['1', '2']);
  await refused(aws.lambda.deleteFunction({ FunctionName, Qualifier: '1' }), 'ResourceConflictException', '', 409);
  await aws.lambda.createAlias({ FunctionName, Name: 'also', FunctionVersion: '$LATEST', Description: 'd' });
  assert.deepEqual(
    (await aws.lambda.listAliases({ FunctionName })).Aliases?.map(({ Name }) => Name),
    ['also', 'live'],
  );
  assert.deepEqual(
    (await aws.lambda.listAliases({ FunctionName, FunctionVersion: '1' })).Aliases?.map(({ Name }) => Name),
    ['live'],
  );
  const byAlias = await aws.lambda.getFunction({ FunctionName, Qualifier: 'live' });
  assert.deepEqual([byAlias.Configuration?.FunctionArn, byAlias.Configuration?.Version], [`${FA}:live`, '1']);
  assert.equal((await aws.lambda.deleteAlias({ FunctionName, Name: 'live' })).$metadata.httpStatusCode, 204);
  assert.equal((await aws.lambda.deleteAlias({ FunctionName, Name: 'live' })).$metadata.httpStatusCode, 204);
  assert.equal((await aws.lambda.deleteFunction({ FunctionName, Qualifier: '1' })).$metadata.httpStatusCode, 204);
  await refused(
    aws.lambda.getFunction({ FunctionName, Qualifier: '1' }),
    'ResourceNotFoundException',
    `Function not found: ${FA}:1`,
  );
});

test('pages of versions', async () => {
  const first = await aws.lambda.listVersionsByFunction({ FunctionName, MaxItems: 1 });
  assert.deepEqual([first.Versions?.length, typeof first.NextMarker], [1, 'string']);
  const rest = await aws.lambda.listVersionsByFunction({ FunctionName, Marker: first.NextMarker });
  assert.deepEqual(
    rest.Versions?.map(({ Version }) => Version),
    ['2'],
  );
  assert.equal('NextMarker' in rest, false);
});

test('deletes', async () => {
  const gone = await aws.lambda.deleteFunction({ FunctionName });
  assert.equal(gone.$metadata.httpStatusCode, 204);
  await refused(aws.lambda.deleteFunction({ FunctionName }), 'ResourceNotFoundException', `Function not found: ${FA}`, 404);
  assert.deepEqual((await aws.lambda.listFunctions({})).Functions, []);
});
