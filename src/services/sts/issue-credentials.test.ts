import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, LAMBDA_TRUST, refusal } from '../../../test/support/account-room.ts';

test('credentials of a function name its role and itself', async (t) => {
  const { iam, issueCredentials, findKey, clock } = await accountRoom(t);
  await iam('CreateRole', { RoleName: 'r', Path: '/p/', AssumeRolePolicyDocument: LAMBDA_TRUST });
  const role = `arn:aws:iam::${ACCOUNT}:role/p/r`;
  const spec = {
    role,
    name: 'f',
    account: ACCOUNT,
    region: 'eu-west-1',
    arn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`,
  } as never;
  const credentials = await issueCredentials(spec, 'e1');
  const key = await findKey(credentials.accessKeyId, credentials.sessionToken);
  assert.equal(key?.principal.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/r/f`);
  assert.deepEqual([key?.principal.environment, key?.secret], ['e1', credentials.secretAccessKey]);
  assert.ok((key?.expiration ?? 0) > clock.now());
  await iam('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: LAMBDA_TRUST.replace('lambda', 'events') });
  await assert.rejects(issueCredentials(spec, 'e2'), refusal('InvalidParameterValueException', /cannot be assumed by Lambda/));
  await iam('DeleteRole', { RoleName: 'r' });
  await assert.rejects(issueCredentials(spec, 'e2'), refusal('InvalidParameterValueException'));
});
