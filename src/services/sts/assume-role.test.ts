import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, allow, refusal, roleArn } from '../../../test/support/account-room.ts';

test('a session knows its role and dies with it', async (t) => {
  const { iam, sts, findKey } = await accountRoom(t);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
  });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  const { Credentials } = await sts('AssumeRole', { RoleArn: roleArn('r'), RoleSessionName: 's' });
  const key = await findKey(Credentials.AccessKeyId, Credentials.SessionToken);
  assert.ok(key);
  assert.equal(key.principal.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`);
  const changed = `${Credentials.SessionToken.slice(0, -1)}${Credentials.SessionToken.endsWith('A') ? 'B' : 'A'}`;
  assert.equal(await findKey(Credentials.AccessKeyId, changed), undefined);
  assert.equal(await findKey('ASIAAAAAAAAAAAAAAAAA', Credentials.SessionToken), undefined);
  assert.equal(await findKey(Credentials.AccessKeyId, undefined), undefined);
  await iam('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
  await iam('DeleteRole', { RoleName: 'r' });
  assert.equal(await findKey(Credentials.AccessKeyId, Credentials.SessionToken), undefined);
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  assert.equal(await findKey(Credentials.AccessKeyId, Credentials.SessionToken), undefined);
});

test('the trust policy decides, with its external id', async (t) => {
  const { iam, sts } = await accountRoom(t);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: ACCOUNT },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
      },
    ],
  });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  const assume = (more: object) => sts('AssumeRole', { RoleArn: roleArn('r'), RoleSessionName: 's', ...more });
  const denied = refusal(
    'AccessDenied',
    /^User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role\/(r|no)$/,
    403,
  );
  await assert.rejects(assume({}), denied);
  await assert.rejects(assume({ ExternalId: 'y' }), denied);
  await assert.rejects(assume({ RoleArn: roleArn('no') }), denied);
  await assert.rejects(assume({ RoleArn: 'arn:aws:iam::123456789012:user/u' }), refusal('ValidationError', /is invalid$/));
  await assert.rejects(assume({ ExternalId: 'x', DurationSeconds: 7200 }), refusal('ValidationError', /MaxSessionDuration/));
  await assert.rejects(assume({ ExternalId: 'x', Tags: [{ Key: 'a', Value: 'b' }] }), refusal('NotImplemented', /Tags/));
  assert.match((await assume({ ExternalId: 'x' })).AssumedRoleUser.AssumedRoleId, /^AROA[A-Z2-7]{17}:s$/);
});

test('a session policy only narrows', async (t) => {
  const { iam, sts, findKey, authorize } = await accountRoom(t);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
  });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  await iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  const { Credentials } = await sts('AssumeRole', { RoleArn: roleArn('r'), RoleSessionName: 's', Policy: allow('s3:GetObject') });
  const key = await findKey(Credentials.AccessKeyId, Credentials.SessionToken);
  assert.ok(key);
  const may = async (action: string) =>
    (await authorize(key.principal, { action, resource: 'arn:aws:s3:::b/k', context: {} })).reason;
  assert.equal(await may('s3:GetObject'), 'allowed');
  assert.equal(await may('s3:PutObject'), 'no session policy allows the s3:PutObject action');
});
