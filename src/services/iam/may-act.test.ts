import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, accountRoom, allow, LAMBDA_TRUST, roleArn } from '../../../test/support/account-room.ts';
import { randomIds } from '../../kernel/index.ts';
import { createFindRole, createIdentities, createMayAct } from './index.ts';

const OTHER = '222222222222';
const OWN_QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:q`;
const QUEUE = `arn:aws:sqs:eu-west-1:${OTHER}:q`;
const RECEIVE = 'sqs:ReceiveMessage';

test('within an account a role’s own policies decide; across accounts both sides must allow', async (t) => {
  const { store, clock, box, authorize, iam } = await accountRoom(t);
  const findRole = createFindRole(createIdentities({ store, clock, ids: randomIds, box }));
  const policies = new Map<string, unknown>();
  const mayAct = createMayAct({ findRole, authorize, findResourcePolicy: async (arn) => policies.get(arn) });
  const shares = (principal: unknown, more: object = {}) =>
    policies.set(QUEUE, JSON.parse(allow(RECEIVE, QUEUE, { Principal: principal, ...more })));
  for (const [name, action] of [
    ['reader', RECEIVE],
    ['sender', 'sqs:SendMessage'],
  ]) {
    await iam('CreateRole', { RoleName: name, AssumeRolePolicyDocument: LAMBDA_TRUST });
    await iam('PutRolePolicy', { RoleName: name, PolicyName: 'p', PolicyDocument: allow(action!) });
  }
  const reader = roleArn('reader');
  assert.equal(await mayAct(reader, RECEIVE, OWN_QUEUE), true);
  assert.equal(await mayAct(reader, 'sqs:SendMessage', OWN_QUEUE), false);
  assert.equal(await mayAct(reader, RECEIVE, QUEUE), false, 'without a policy of the queue');
  shares({ AWS: roleArn('sender') });
  assert.equal(await mayAct(reader, RECEIVE, QUEUE), false, 'for another role');
  assert.equal(await mayAct(roleArn('sender'), RECEIVE, QUEUE), false, 'named by the queue, but not by its own policies');
  for (const principal of [{ AWS: reader }, { AWS: ACCOUNT }, { AWS: `arn:aws:iam::${ACCOUNT}:root` }, '*']) {
    shares(principal);
    assert.equal(await mayAct(reader, RECEIVE, QUEUE), true, JSON.stringify(principal));
    assert.equal(await mayAct(reader, 'sqs:DeleteMessage', QUEUE), false);
  }
  shares('*', { Condition: { StringEquals: { 'events:source': 'shop' } } });
  assert.equal(await mayAct(reader, RECEIVE, QUEUE), false);
  assert.equal(await mayAct(reader, RECEIVE, QUEUE, { 'events:source': 'shop' }), true);
  shares('*', { Effect: 'Deny' });
  assert.equal(await mayAct(reader, RECEIVE, QUEUE), false);
  assert.equal(await mayAct(roleArn('nobody'), RECEIVE, OWN_QUEUE), false);
});
