import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitUntilPolicyExists, waitUntilRoleExists } from '@aws-sdk/client-iam';
import { type Platform, startPlatform } from '../support/platform.ts';
import { type Credentials, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const ACCOUNT = '000000000000';
const MANAGED = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const trust = (Principal: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] });
const allow = (Action: string, Resource = '*') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });
const LAMBDA = trust({ Service: 'lambda.amazonaws.com' });
const OWN = trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` });
let platform: Platform;
let aws: ReturnType<typeof sdk>;
let iam: ReturnType<typeof sdk>['iam'];

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  aws = sdk(platform.url);
  iam = aws.iam;
});
after(() => platform?.stop());

test('a role as it is made, read, changed and listed', async () => {
  const RoleName = 'worker';
  const { Role } = await iam.createRole({
    RoleName,
    AssumeRolePolicyDocument: LAMBDA,
    Path: '/team/',
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  assert.deepEqual(
    [Role?.Arn, Role?.Path, Role?.MaxSessionDuration],
    [`arn:aws:iam::${ACCOUNT}:role/team/worker`, '/team/', undefined],
  );
  assert.match(Role!.RoleId!, /^AROA[A-Z0-9]{17}$/);
  assert.ok(Role?.CreateDate instanceof Date);
  await waitUntilRoleExists({ client: iam, maxWaitTime: 10 }, { RoleName });
  const got = (await iam.getRole({ RoleName })).Role!;
  assert.deepEqual([got.MaxSessionDuration, got.RoleLastUsed, got.Tags], [3600, {}, [{ Key: 'a', Value: 'b' }]]);
  assert.match(got.AssumeRolePolicyDocument!, /^%7B%22Version%22/);
  assert.equal(decodeURIComponent(got.AssumeRolePolicyDocument!), LAMBDA);
  await iam.updateRole({ RoleName, Description: 'new', MaxSessionDuration: 7200 });
  await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: OWN });
  const now = (await iam.getRole({ RoleName })).Role!;
  assert.deepEqual(
    [now.Description, now.MaxSessionDuration, decodeURIComponent(now.AssumeRolePolicyDocument!)],
    ['new', 7200, OWN],
  );
  assert.equal((await iam.updateRoleDescription({ RoleName, Description: 'newer' })).Role?.Description, 'newer');
  await iam.tagRole({ RoleName, Tags: [{ Key: 'c', Value: 'd' }] });
  await iam.untagRole({ RoleName, TagKeys: ['a'] });
  assert.deepEqual((await iam.listRoleTags({ RoleName })).Tags, [{ Key: 'c', Value: 'd' }]);
  const listed = await iam.listRoles({ PathPrefix: '/team/' });
  assert.deepEqual([listed.Roles?.map((role) => role.RoleName), listed.IsTruncated], [[RoleName], false]);
  assert.deepEqual((await iam.listInstanceProfilesForRole({ RoleName })).InstanceProfiles, []);
});

test('policies inline, managed and of AWS', async () => {
  const RoleName = 'worker';
  await iam.putRolePolicy({ RoleName, PolicyName: 'in', PolicyDocument: allow('s3:GetObject') });
  assert.deepEqual((await iam.listRolePolicies({ RoleName })).PolicyNames, ['in']);
  const inline = await iam.getRolePolicy({ RoleName, PolicyName: 'in' });
  assert.equal(decodeURIComponent(inline.PolicyDocument!), allow('s3:GetObject'));
  const { Policy } = await iam.createPolicy({ PolicyName: 'own', PolicyDocument: allow('s3:PutObject'), Description: 'd' });
  const PolicyArn = Policy!.Arn!;
  assert.equal(PolicyArn, `arn:aws:iam::${ACCOUNT}:policy/own`);
  assert.match(Policy!.PolicyId!, /^ANPA[A-Z0-9]{17}$/);
  await waitUntilPolicyExists({ client: iam, maxWaitTime: 10 }, { PolicyArn });
  for (const arn of [PolicyArn, MANAGED]) await iam.attachRolePolicy({ RoleName, PolicyArn: arn });
  const attached = await iam.listAttachedRolePolicies({ RoleName });
  assert.deepEqual(attached.AttachedPolicies?.map((one) => one.PolicyArn).sort(), [PolicyArn, MANAGED].sort());
  assert.equal((await iam.getPolicy({ PolicyArn })).Policy?.AttachmentCount, 1);
  const second = await iam.createPolicyVersion({ PolicyArn, PolicyDocument: allow('s3:*'), SetAsDefault: true });
  assert.deepEqual([second.PolicyVersion?.VersionId, second.PolicyVersion?.IsDefaultVersion], ['v2', true]);
  const v1 = await iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' });
  assert.equal(decodeURIComponent(v1.PolicyVersion!.Document!), allow('s3:PutObject'));
  await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' });
  assert.deepEqual(
    (await iam.listPolicyVersions({ PolicyArn })).Versions?.map((v) => [v.VersionId, v.IsDefaultVersion]),
    [
      ['v2', false],
      ['v1', true],
    ],
  );
  await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v2' });
  await iam.tagPolicy({ PolicyArn, Tags: [{ Key: 'k', Value: 'v' }] });
  assert.equal((await iam.listPolicyTags({ PolicyArn })).Tags?.length, 1);
  await iam.untagPolicy({ PolicyArn, TagKeys: ['k'] });
  const entities = await iam.listEntitiesForPolicy({ PolicyArn });
  assert.deepEqual(
    [entities.PolicyRoles?.map((role) => role.RoleName), entities.PolicyUsers, entities.PolicyGroups],
    [[RoleName], [], []],
  );
  const local = await iam.listPolicies({ Scope: 'Local' });
  assert.deepEqual(
    local.Policies?.map((one) => one.PolicyName),
    ['own'],
  );
  const simulated = await iam.simulatePrincipalPolicy({
    PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/team/worker`,
    ActionNames: ['s3:GetObject', 'sqs:SendMessage'],
  });
  assert.deepEqual(
    simulated.EvaluationResults?.map((one) => one.EvalDecision),
    ['allowed', 'implicitDeny'],
  );
  await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: PolicyArn });
  assert.equal((await iam.getRole({ RoleName })).Role?.PermissionsBoundary?.PermissionsBoundaryArn, PolicyArn);
  await iam.deleteRolePermissionsBoundary({ RoleName });
});

test('refusals in IAM’s words', async () => {
  const RoleName = 'worker';
  const document = { RoleName, AssumeRolePolicyDocument: LAMBDA };
  await refused(iam.createRole(document), 'EntityAlreadyExistsException', 'Role with name worker already exists.', 409);
  await refused(iam.getRole({ RoleName: 'none' }), 'NoSuchEntityException', 'The role with name none cannot be found.', 404);
  const missing = `arn:aws:iam::${ACCOUNT}:policy/none`;
  await refused(iam.getPolicy({ PolicyArn: missing }), 'NoSuchEntityException', `Policy ${missing} was not found.`);
  await refused(
    iam.attachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/NoSuchThing' }),
    'NoSuchEntityException',
    'Policy arn:aws:iam::aws:policy/NoSuchThing does not exist or is not attachable.',
  );
  await refused(
    iam.createRole({ RoleName: 'x', AssumeRolePolicyDocument: '{' }),
    'MalformedPolicyDocumentException',
    'This policy contains invalid Json',
    400,
  );
  await refused(
    iam.createRole({ RoleName: 'bad name!', AssumeRolePolicyDocument: LAMBDA }),
    'ValidationError',
    /at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
  );
  await refused(
    iam.deleteRole({ RoleName }),
    'DeleteConflictException',
    'Cannot delete entity, must detach all policies first.',
    409,
  );
  for (const PolicyArn of [MANAGED, `arn:aws:iam::${ACCOUNT}:policy/own`]) await iam.detachRolePolicy({ RoleName, PolicyArn });
  await refused(iam.deleteRole({ RoleName }), 'DeleteConflictException', 'Cannot delete entity, must delete policies first.');
  await iam.deleteRolePolicy({ RoleName, PolicyName: 'in' });
  await iam.deleteRole({ RoleName });
  await iam.deletePolicy({ PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/own` });
  await refused(iam.getRole({ RoleName }), 'NoSuchEntityException');
  await refused(iam.createUser({ UserName: 'u' }), 'NotImplemented', 'iam CreateUser is not implemented by dalamb', 501);
});

test('pages of roles', async () => {
  for (const at of [1, 2, 3]) await iam.createRole({ RoleName: `r${at}`, AssumeRolePolicyDocument: LAMBDA });
  const first = await iam.listRoles({ MaxItems: 2 });
  assert.deepEqual([first.Roles?.length, first.IsTruncated], [2, true]);
  const rest = await iam.listRoles({ Marker: first.Marker });
  assert.deepEqual([rest.Roles?.map((role) => role.RoleName), rest.IsTruncated], [['r3'], false]);
});

test('who one is: the account’s root, by its key', async () => {
  const me = await aws.sts.getCallerIdentity({});
  assert.deepEqual([me.Account, me.Arn, me.UserId], [ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`, ACCOUNT]);
  const other = await sdk(platform.url, { accessKeyId: '123456789012', secretAccessKey: 'x' }).sts.getCallerIdentity({});
  assert.equal(other.Account, '123456789012');
});

test('a session of a role may do what the role may, and no more', async () => {
  const { Role } = await iam.createRole({ RoleName: 'reader', AssumeRolePolicyDocument: OWN });
  await iam.putRolePolicy({
    RoleName: 'reader',
    PolicyName: 'p',
    PolicyDocument: allow('s3:GetObject', 'arn:aws:s3:::session/open/*'),
  });
  await aws.s3.createBucket({ Bucket: 'session' });
  for (const Key of ['open/a', 'closed/a']) await aws.s3.putObject({ Bucket: 'session', Key, Body: Key });
  const assumed = await aws.sts.assumeRole({ RoleArn: Role!.Arn!, RoleSessionName: 'me', DurationSeconds: 900 });
  assert.equal(assumed.AssumedRoleUser?.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/reader/me`);
  assert.match(assumed.AssumedRoleUser!.AssumedRoleId!, /^AROA[A-Z0-9]{17}:me$/);
  const keys = assumed.Credentials!;
  assert.match(keys.AccessKeyId!, /^ASIA/);
  const credentials: Credentials = {
    accessKeyId: keys.AccessKeyId!,
    secretAccessKey: keys.SecretAccessKey!,
    sessionToken: keys.SessionToken!,
  };
  const session = sdk(platform.url, credentials);
  assert.equal((await session.sts.getCallerIdentity({})).Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/reader/me`);
  assert.equal(await (await session.s3.getObject({ Bucket: 'session', Key: 'open/a' })).Body!.transformToString(), 'open/a');
  const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/reader/me`;
  await refused(
    session.s3.getObject({ Bucket: 'session', Key: 'closed/a' }),
    'AccessDenied',
    `User: ${arn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::session/closed/a because no identity-based policy allows the s3:GetObject action`,
    403,
  );
  await refused(
    session.iam.listRoles({}),
    'AccessDenied',
    /is not authorized to perform: iam:ListRoles on resource: .* because no identity-based policy allows/,
    403,
  );
  await refused(
    session.lambda.listFunctions({}),
    'AccessDeniedException',
    /is not authorized to perform: lambda:ListFunctions/,
    403,
  );
  await refused(
    session.logs.describeLogGroups({}),
    'AccessDeniedException',
    /is not authorized to perform: logs:DescribeLogGroups/,
    400,
  );
  await refused(
    sdk(platform.url, { ...credentials, secretAccessKey: 'wrong' }).s3.listBuckets({}),
    'SignatureDoesNotMatch',
    '',
    403,
  );
});

test('refusals in the words of STS', async () => {
  const RoleSessionName = 'me';
  const { sts } = aws;
  await refused(
    sts.assumeRole({ RoleArn: 'not-an-arn-at-all-really', RoleSessionName }),
    'ValidationError',
    'not-an-arn-at-all-really is invalid',
    400,
  );
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/r1`;
  await refused(
    sts.assumeRole({ RoleArn, RoleSessionName }),
    'AccessDenied',
    `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    403,
  );
  await refused(
    sts.assumeRole({ RoleArn, RoleSessionName: 'bad name' }),
    'ValidationError',
    /at 'roleSessionName' failed to satisfy constraint/,
  );
  await refused(
    sts.assumeRole({ RoleArn, RoleSessionName, DurationSeconds: 1 }),
    'ValidationError',
    /greater than or equal to 900/,
  );
  const { Credentials: session } = await sts.getSessionToken({});
  assert.match(session!.AccessKeyId!, /^ASIA/);
});
