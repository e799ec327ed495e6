import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

let platform: Platform;
let lambda: ReturnType<typeof sdk>['lambda'];
const FunctionName = 'settings';
const FA = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;
const LAYER = 'arn:aws:lambda:us-east-1:000000000000:layer:tools';

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  lambda = sdk(platform.url).lambda;
  await deploy(clients(platform.url), FunctionName, await moduleZip('export const handler = async () => 1;'));
  await lambda.publishVersion({ FunctionName });
  await lambda.createAlias({ FunctionName, Name: 'live', FunctionVersion: '1' });
});
after(() => platform?.stop());

test('permissions make the statements that AWS makes', async () => {
  const base = { FunctionName, Action: 'lambda:InvokeFunction' };
  const statement = async (more: object) => {
    const { Statement } = await lambda.addPermission({ ...base, Principal: 's3.amazonaws.com', StatementId: 'x', ...more });
    await lambda.removePermission({ FunctionName, StatementId: 'x' });
    const { Principal, Condition, ...rest } = JSON.parse(Statement!);
    assert.deepEqual(rest, { Sid: 'x', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: FA });
    return { Principal, ...(Condition ? { Condition } : {}) };
  };
  const Service = { Service: 's3.amazonaws.com' };
  assert.deepEqual(await statement({}), { Principal: Service });
  assert.deepEqual(await statement({ Principal: '111122223333' }), { Principal: { AWS: 'arn:aws:iam::111122223333:root' } });
  assert.deepEqual(await statement({ SourceArn: 'arn:aws:s3:::b', SourceAccount: '111122223333' }), {
    Principal: Service,
    Condition: { StringEquals: { 'AWS:SourceAccount': '111122223333' }, ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' } },
  });
  assert.deepEqual(await statement({ Principal: '*', PrincipalOrgID: 'o-0123456789' }), {
    Principal: '*',
    Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-0123456789' } },
  });
});

test('policies are kept by function, version and alias, under revisions', async () => {
  await refused(lambda.getPolicy({ FunctionName }), 'ResourceNotFoundException', 'The resource you requested does not exist.');
  await refused(
    lambda.removePermission({ FunctionName, StatementId: 'a' }),
    'ResourceNotFoundException',
    'No policy is associated with the given resource.',
  );
  const permission = { FunctionName, Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', StatementId: 'a' };
  await lambda.addPermission({ ...permission, Qualifier: 'live' });
  const added = await lambda.addPermission(permission);
  assert.equal(added.$metadata.httpStatusCode, 201);
  const { Policy, RevisionId } = await lambda.getPolicy({ FunctionName });
  const { Version, Id, Statement } = JSON.parse(Policy!);
  assert.deepEqual([Version, Id, Statement.length], ['2012-10-17', 'default', 1]);
  assert.equal((await lambda.getFunctionConfiguration({ FunctionName })).RevisionId, RevisionId);
  assert.equal(
    JSON.parse((await lambda.getPolicy({ FunctionName, Qualifier: 'live' })).Policy!).Statement[0].Resource,
    `${FA}:live`,
  );
  await refused(
    lambda.addPermission(permission),
    'ResourceConflictException',
    'The statement id (a) provided already exists. Please provide a new statement id, or remove the existing statement.',
    409,
  );
  await refused(
    lambda.addPermission({ ...permission, StatementId: 'b', RevisionId: 'stale' }),
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    412,
  );
  await refused(
    lambda.addPermission({ ...permission, Qualifier: '$LATEST' }),
    'InvalidParameterValueException',
    'We currently do not support adding policies for $LATEST.',
  );
  await refused(
    lambda.addPermission({ ...permission, StatementId: 'b', Principal: 'nobody' }),
    'InvalidParameterValueException',
    'The provided principal was invalid. Please check the principal and try again.',
  );
  await refused(
    lambda.removePermission({ FunctionName, StatementId: 'zz' }),
    'ResourceNotFoundException',
    'Statement zz is not found in resource policy.',
  );
  assert.equal((await lambda.removePermission({ FunctionName, StatementId: 'a' })).$metadata.httpStatusCode, 204);
});

test('reserved concurrency', async () => {
  const read = async () => {
    const { $metadata, ...rest } = await lambda.getFunctionConcurrency({ FunctionName });
    return rest;
  };
  assert.deepEqual(await read(), {});
  const put = await lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 0 });
  assert.equal(put.ReservedConcurrentExecutions, 0);
  assert.deepEqual((await lambda.getFunction({ FunctionName })).Concurrency, { ReservedConcurrentExecutions: 0 });
  const error = await refused(lambda.invoke({ FunctionName }), 'TooManyRequestsException', 'Rate Exceeded.', 429);
  assert.equal((error as Error & { Reason?: string }).Reason, 'ReservedFunctionConcurrentInvocationLimitExceeded');
  await refused(
    lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 901 }),
    'InvalidParameterValueException',
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
  );
  await refused(
    lambda.putFunctionConcurrency({ FunctionName: `${FA}:live`, ReservedConcurrentExecutions: 1 }),
    'InvalidParameterValueException',
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  );
  await refused(
    lambda.putFunctionConcurrency({ FunctionName: 'none', ReservedConcurrentExecutions: 1 }),
    'ResourceNotFoundException',
    'Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST',
  );
  assert.equal((await lambda.deleteFunctionConcurrency({ FunctionName })).$metadata.httpStatusCode, 204);
  assert.deepEqual(await read(), {});
});

test('settings of asynchronous invocations', async () => {
  const put = await lambda.putFunctionEventInvokeConfig({ FunctionName, MaximumRetryAttempts: 1 });
  assert.ok(put.LastModified instanceof Date);
  const { $metadata: _1, LastModified: _2, ...shown } = put;
  const empty = { OnSuccess: {}, OnFailure: {} };
  assert.deepEqual(shown, { FunctionArn: `${FA}:$LATEST`, MaximumRetryAttempts: 1, DestinationConfig: empty });
  const merged = await lambda.updateFunctionEventInvokeConfig({ FunctionName, MaximumEventAgeInSeconds: 60 });
  assert.deepEqual([merged.MaximumRetryAttempts, merged.MaximumEventAgeInSeconds], [1, 60]);
  const listed = await lambda.listFunctionEventInvokeConfigs({ FunctionName });
  assert.deepEqual(
    listed.FunctionEventInvokeConfigs?.map(({ FunctionArn }) => FunctionArn),
    [`${FA}:$LATEST`],
  );
  await refused(
    lambda.putFunctionEventInvokeConfig({ FunctionName }),
    'InvalidParameterValueException',
    'You must specify at least one of error handling or destination setting.',
  );
  await refused(
    lambda.putFunctionEventInvokeConfig({ FunctionName: 'none', MaximumRetryAttempts: 0 }),
    'ResourceNotFoundException',
    "The function doesn't exist.",
  );
  await refused(lambda.putFunctionEventInvokeConfig({ FunctionName, MaximumRetryAttempts: 3 }), 'ValidationException');
  assert.equal((await lambda.deleteFunctionEventInvokeConfig({ FunctionName })).$metadata.httpStatusCode, 204);
  await refused(
    lambda.getFunctionEventInvokeConfig({ FunctionName }),
    'ResourceNotFoundException',
    `The function ${FA}:$LATEST doesn't have an EventInvokeConfig`,
  );
});

test('tags', async () => {
  await lambda.tagResource({ Resource: FA, Tags: { a: '1', b: '2' } });
  await lambda.untagResource({ Resource: FA, TagKeys: ['a', 'zz'] });
  assert.deepEqual((await lambda.listTags({ Resource: FA })).Tags, { b: '2' });
  await refused(
    lambda.tagResource({ Resource: `${FA}:live`, Tags: { a: '1' } }),
    'InvalidParameterValueException',
    'Tags on function aliases and versions are not supported. Please specify a function ARN.',
  );
  await refused(
    lambda.tagResource({ Resource: `${FA}x`, Tags: { a: '1' } }),
    'ResourceNotFoundException',
    `Function not found: ${FA}x`,
  );
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']));
  await refused(
    lambda.tagResource({ Resource: FA, Tags: many }),
    'InvalidParameterValueException',
    'Number of tags exceeds resource tag limit.',
  );
  await refused(
    lambda.tagResource({ Resource: FA, Tags: {} }),
    'InvalidParameterValueException',
    'An error occurred and the request cannot be processed.',
  );
});

test('layers', async () => {
  const ZipFile = await moduleZip('export const tool = 7;');
  const made = await lambda.publishLayerVersion({ LayerName: 'tools', Content: { ZipFile }, CompatibleRuntimes: ['nodejs24.x'] });
  assert.deepEqual(
    [made.$metadata.httpStatusCode, made.LayerArn, made.LayerVersionArn, made.Version, made.Description, made.Content?.CodeSize],
    [201, LAYER, `${LAYER}:1`, 1, '', ZipFile.length],
  );
  assert.deepEqual(
    [made.CompatibleRuntimes, made.CompatibleArchitectures, made.LicenseInfo],
    [['nodejs24.x'], undefined, undefined],
  );
  await lambda.publishLayerVersion({ LayerName: 'tools', Content: { ZipFile } });
  const versions = await lambda.listLayerVersions({ LayerName: 'tools' });
  assert.deepEqual(
    versions.LayerVersions?.map(({ Version }) => Version),
    [2, 1],
  );
  const layers = await lambda.listLayers({});
  assert.deepEqual(
    layers.Layers?.map(({ LayerName, LatestMatchingVersion }) => [LayerName, LatestMatchingVersion?.Version]),
    [['tools', 2]],
  );
  const got = await lambda.getLayerVersionByArn({ Arn: `${LAYER}:1` });
  assert.deepEqual(Buffer.from(await (await fetch(got.Content!.Location!)).arrayBuffer()), ZipFile);
  assert.equal(
    (await lambda.getLayerVersion({ LayerName: 'tools', VersionNumber: 1 })).Content?.CodeSha256,
    got.Content?.CodeSha256,
  );
  const missing = 'The resource you requested does not exist.';
  await refused(lambda.getLayerVersion({ LayerName: 'tools', VersionNumber: 9 }), 'ResourceNotFoundException', missing);
  await refused(
    lambda.getLayerVersion({ LayerName: 'tools', VersionNumber: 0 }),
    'InvalidParameterValueException',
    'Layer Version Cannot be less than 1',
  );
  await refused(lambda.getLayerVersionByArn({ Arn: LAYER }), 'ValidationException', /at 'arn' failed to satisfy constraint/);
  const twice = { FunctionName, Layers: [`${LAYER}:1`, `${LAYER}:2`] };
  await refused(
    lambda.updateFunctionConfiguration(twice),
    'InvalidParameterValueException',
    `Two different versions of the same layer are not allowed to be referenced in the same function. ${LAYER}:1 and ${LAYER}:2 are versions of the same layer.`,
  );
  assert.deepEqual((await lambda.listLayerVersions({ LayerName: 'other' })).LayerVersions, []);
  assert.equal((await lambda.deleteLayerVersion({ LayerName: 'tools', VersionNumber: 2 })).$metadata.httpStatusCode, 204);
  assert.equal((await lambda.deleteLayerVersion({ LayerName: 'tools', VersionNumber: 2 })).$metadata.httpStatusCode, 204);
  const third = await lambda.publishLayerVersion({ LayerName: 'tools', Content: { ZipFile } });
  assert.equal(third.Version, 3);
});

test('function URL settings', async () => {
  const made = await lambda.createFunctionUrlConfig({ FunctionName, AuthType: 'AWS_IAM' });
  assert.equal(made.$metadata.httpStatusCode, 201);
  assert.match(made.FunctionUrl!, /^http:\/\/[a-z0-9]+\.lambda-url\.us-east-1\.localhost:\d+\/$/);
  assert.deepEqual([made.FunctionArn, made.AuthType, made.InvokeMode], [FA, 'AWS_IAM', undefined]);
  const got = await lambda.getFunctionUrlConfig({ FunctionName });
  assert.deepEqual([got.FunctionUrl, got.InvokeMode, got.CreationTime], [made.FunctionUrl, 'BUFFERED', made.CreationTime]);
  await refused(
    lambda.createFunctionUrlConfig({ FunctionName, AuthType: 'NONE' }),
    'ResourceConflictException',
    `Failed to create function url config for [functionArn = ${FA}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    409,
  );
  const missing = 'The resource you requested does not exist.';
  await refused(lambda.getFunctionUrlConfig({ FunctionName, Qualifier: 'live' }), 'ResourceNotFoundException', missing);
  await refused(lambda.getFunctionUrlConfig({ FunctionName, Qualifier: '1' }), 'ValidationException', /at 'qualifier'/);
  await refused(
    lambda.updateFunctionUrlConfig({ FunctionName, InvokeMode: 'WHOLE' as never }),
    'ValidationException',
    /at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: \[(BUFFERED, RESPONSE_STREAM|RESPONSE_STREAM, BUFFERED)\]$/,
  );
  await refused(lambda.listFunctionUrlConfigs({ FunctionName: 'none' }), 'ResourceNotFoundException', 'Function does not exist');
  await lambda.createFunctionUrlConfig({ FunctionName, Qualifier: 'live', AuthType: 'NONE', Cors: { AllowOrigins: ['*'] } });
  const listed = await lambda.listFunctionUrlConfigs({ FunctionName });
  assert.deepEqual(listed.FunctionUrlConfigs?.map(({ FunctionArn }) => FunctionArn).sort(), [FA, `${FA}:live`]);
  const updated = await lambda.updateFunctionUrlConfig({ FunctionName, AuthType: 'NONE' });
  assert.equal(updated.AuthType, 'NONE');
  assert.equal((await lambda.deleteFunctionUrlConfig({ FunctionName })).$metadata.httpStatusCode, 204);
  await refused(lambda.deleteFunctionUrlConfig({ FunctionName }), 'ResourceNotFoundException', missing);
});

test('what tools read and nobody set', async () => {
  const csc = await lambda.getFunctionCodeSigningConfig({ FunctionName });
  assert.equal(csc.CodeSigningConfigArn, undefined);
  assert.equal((await lambda.getRuntimeManagementConfig({ FunctionName })).UpdateRuntimeOn, 'Auto');
  assert.equal((await lambda.getFunctionRecursionConfig({ FunctionName })).RecursiveLoop, 'Terminate');
  const { AccountLimit, AccountUsage } = await lambda.getAccountSettings({});
  assert.deepEqual(AccountLimit, {
    TotalCodeSize: 80530636800,
    CodeSizeUnzipped: 262144000,
    CodeSizeZipped: 52428800,
    ConcurrentExecutions: 1000,
    UnreservedConcurrentExecutions: 1000,
  });
  assert.equal(AccountUsage?.FunctionCount, 1);
  assert.ok(AccountUsage!.TotalCodeSize! > 0);
});

test('a caller of another account needs a permission', async () => {
  const other = sdk(platform.url, { accessKeyId: '333333333333', secretAccessKey: 'x' }).lambda;
  await refused(
    other.invoke({ FunctionName: FA }),
    'AccessDeniedException',
    /^User: arn:aws:iam::333333333333:root is not authorized to perform: lambda:InvokeFunction on resource: /,
    403,
  );
  await lambda.addPermission({ FunctionName, StatementId: 'o', Action: 'lambda:InvokeFunction', Principal: '333333333333' });
  assert.equal((await other.invoke({ FunctionName: FA })).Payload!.transformToString(), '1');
  await refused(other.getFunction({ FunctionName: FA }), 'AccessDeniedException', '', 403);
});
