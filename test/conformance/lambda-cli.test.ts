import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, test } from 'node:test';
import { noAwsCli } from '../support/aws-shell.ts';
import { eventually, moduleZip } from '../support/sdk.ts';
import { awsCommands } from './aws-cli.fixture.ts';

const ROLE = 'arn:aws:iam::000000000000:role/cli';
const aws = awsCommands();
const done = aws.json;
const skip = noAwsCli;

before(async () => {
  fs.writeFileSync(
    aws.file('one.zip'),
    await moduleZip('export const handler = async (e) => { console.log("line", e.n); return { n: e.n }; };'),
  );
  fs.writeFileSync(aws.file('two.zip'), await moduleZip('export const handler = async () => "two";'));
});

async function failing(expected: RegExp, ...args: string[]): Promise<void> {
  const { code, error } = await aws.run(...args);
  assert.notEqual(code, 0);
  assert.match(error, expected);
}

test('iam and sts', { skip }, async () => {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const made = await done('iam', 'create-role', '--role-name', 'cli', '--assume-role-policy-document', JSON.stringify(document));
  assert.deepEqual([made.Role.Arn, made.Role.AssumeRolePolicyDocument], [ROLE, document]);
  await done(
    'iam',
    'attach-role-policy',
    '--role-name',
    'cli',
    '--policy-arn',
    'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
  );
  const attached = await done('iam', 'list-attached-role-policies', '--role-name', 'cli');
  assert.equal(attached.AttachedPolicies[0].PolicyName, 'AWSLambdaBasicExecutionRole');
  assert.equal((await done('sts', 'get-caller-identity')).Account, '000000000000');
  await failing(
    /\(NoSuchEntity\) when calling the GetRole operation: The role with name none cannot be found\./,
    'iam',
    'get-role',
    '--role-name',
    'none',
  );
  await failing(
    /\(EntityAlreadyExists\) when calling the CreateRole operation/,
    'iam',
    'create-role',
    '--role-name',
    'cli',
    '--assume-role-policy-document',
    JSON.stringify(document),
  );
});

test('create, wait, invoke', { skip }, async () => {
  const create = ['lambda', 'create-function', '--function-name', 'f', '--runtime', 'nodejs24.x', '--handler', 'index.handler'];
  const made = await done(...create, '--role', ROLE, '--zip-file', 'fileb://one.zip', '--tags', 'a=b');
  assert.equal(made.State, 'Pending');
  await done('lambda', 'wait', 'function-exists', '--function-name', 'f');
  await eventually('Active', async () => {
    const { State } = await done('lambda', 'get-function-configuration', '--function-name', 'f');
    return State === 'Active' ? true : undefined;
  });
  await done('lambda', 'wait', 'function-active-v2', '--function-name', 'f');
  const ran = await done('lambda', 'invoke', '--function-name', 'f', '--payload', '{"n":7}', '--log-type', 'Tail', 'out.json');
  assert.deepEqual([ran.StatusCode, ran.ExecutedVersion], [200, '$LATEST']);
  assert.match(Buffer.from(ran.LogResult, 'base64').toString(), /line 7/);
  assert.equal(fs.readFileSync(aws.file('out.json'), 'utf8'), '{"n":7}');
  await failing(
    /\(ResourceNotFoundException\) when calling the Invoke operation: Function not found: /,
    'lambda',
    'invoke',
    '--function-name',
    'none',
    'out',
  );
  await failing(
    /\(ResourceConflictException\) when calling the CreateFunction operation: Function already exist: f/,
    ...create,
    '--role',
    ROLE,
    '--zip-file',
    'fileb://one.zip',
  );
});

test('update, publish, alias, url, permission', { skip }, async () => {
  await done(
    'lambda',
    'update-function-configuration',
    '--function-name',
    'f',
    '--timeout',
    '9',
    '--environment',
    'Variables={STAGE=b}',
  );
  await eventually('an update', async () => {
    const { LastUpdateStatus } = await done('lambda', 'get-function-configuration', '--function-name', 'f');
    return LastUpdateStatus === 'Successful' ? true : undefined;
  });
  await done('lambda', 'wait', 'function-updated-v2', '--function-name', 'f');
  assert.equal((await done('lambda', 'publish-version', '--function-name', 'f')).Version, '1');
  const alias = await done('lambda', 'create-alias', '--function-name', 'f', '--name', 'live', '--function-version', '1');
  assert.match(alias.AliasArn, /:function:f:live$/);
  await done('lambda', 'update-function-code', '--function-name', 'f', '--zip-file', 'fileb://two.zip');
  await done('lambda', 'wait', 'function-updated-v2', '--function-name', 'f');
  await done('lambda', 'invoke', '--function-name', 'f', 'out.json');
  assert.equal(fs.readFileSync(aws.file('out.json'), 'utf8'), '"two"');
  await done('lambda', 'invoke', '--function-name', 'f:live', '--payload', '{"n":1}', 'out.json');
  assert.equal(fs.readFileSync(aws.file('out.json'), 'utf8'), '{"n":1}');
  const url = await done('lambda', 'create-function-url-config', '--function-name', 'f', '--auth-type', 'NONE');
  const allow = ['lambda', 'add-permission', '--function-name', 'f', '--statement-id', 'u', '--principal', '*'];
  await done(...allow, '--action', 'lambda:InvokeFunctionUrl', '--function-url-auth-type', 'NONE');
  const id = new URL(url.FunctionUrl).hostname.split('.')[0];
  assert.equal(await (await fetch(`${aws.url}/_dalamb/url/${id}/`)).text(), 'two');
  assert.equal((await done('lambda', 'list-functions')).Functions.length, 1);
  await failing(/\(NotImplemented\) when calling the ListCodeSigningConfigs operation/, 'lambda', 'list-code-signing-configs');
});

test('logs', { skip }, async () => {
  const seen = await eventually('the line', async () => {
    const { code, out } = await aws.run(
      'logs',
      'filter-log-events',
      '--log-group-name',
      '/aws/lambda/f',
      '--filter-pattern',
      'line',
    );
    return code === 0 && JSON.parse(out).events.length > 0 ? JSON.parse(out).events : undefined;
  });
  assert.match(seen[0].message, /\tINFO\tline 7\n$/);
  const { logStreams } = await done('logs', 'describe-log-streams', '--log-group-name', '/aws/lambda/f');
  const read = await done(
    'logs',
    'get-log-events',
    '--log-group-name',
    '/aws/lambda/f',
    '--log-stream-name',
    logStreams[0].logStreamName,
  );
  assert.ok(read.events.length > 0);
  await failing(
    /\(ResourceNotFoundException\) when calling the FilterLogEvents operation/,
    'logs',
    'filter-log-events',
    '--log-group-name',
    'none',
  );
  await done('lambda', 'delete-function', '--function-name', 'f');
});
