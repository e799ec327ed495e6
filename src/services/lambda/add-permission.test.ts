import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('makes the statement of AWS for every kind of principal and condition', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const add = async (StatementId: string, input: object) =>
    JSON.parse(
      (await call('AddPermission', { FunctionName: 'f', StatementId, Action: 'lambda:InvokeFunction', ...input })).Statement,
    );
  assert.deepEqual(
    await add('s3', { Principal: 's3.amazonaws.com', SourceArn: 'arn:aws:s3:::b', SourceAccount: '000000000000' }),
    {
      Sid: 's3',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: FA,
      Condition: { StringEquals: { 'AWS:SourceAccount': '000000000000' }, ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' } },
    },
  );
  assert.deepEqual((await add('a', { Principal: '111111111111' })).Principal, { AWS: 'arn:aws:iam::111111111111:root' });
  assert.equal((await add('b', { Principal: '*' })).Principal, '*');
  assert.deepEqual((await add('c', { Principal: '*', FunctionUrlAuthType: 'NONE' })).Condition, {
    StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' },
  });
});

test('lets exactly that source in', async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  const input = { FunctionName: 'f', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
  await call('AddPermission', { ...input, SourceArn: 'arn:aws:s3:::photos*', SourceAccount: '000000000000' });
  const asks = { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::photos-1', sourceAccount: '000000000000' };
  assert.equal(await service.mayInvoke(FA, asks), true);
  assert.equal(await service.mayInvoke(FA, { ...asks, service: 'sns.amazonaws.com' }), false);
  assert.equal(await service.mayInvoke(FA, { ...asks, sourceArn: 'arn:aws:s3:::other' }), false);
  assert.equal(await service.mayInvoke(FA, { ...asks, sourceAccount: '111111111111' }), false);
  assert.equal(await service.mayInvoke(`${FA}:live`, asks), false);
  assert.equal(await service.mayInvoke('arn:aws:sqs:us-east-1:000000000000:q', asks), false);
});

test('lets another account in that it names', async (t) => {
  const { create, call, runs } = await fixture(t);
  await create();
  await call('AddPermission', {
    FunctionName: 'f',
    StatementId: 's',
    Action: 'lambda:InvokeFunction',
    Principal: '111111111111',
  });
  const account = '111111111111';
  const principal = { account, arn: `arn:aws:iam::${account}:root`, userId: account, accessKeyId: 'x', kind: 'root' as const };
  await call('Invoke', { FunctionName: FA }, { account, principal });
  assert.equal(runs[0]!.function.account, '000000000000');
});

test('gives the function a new revision, which the policy shares', async (t) => {
  const { create, call } = await fixture(t);
  const made = await create();
  await call('AddPermission', { FunctionName: 'f', StatementId: 's', Action: 'lambda:*', Principal: '*' });
  const { RevisionId } = await call('GetPolicy', { FunctionName: 'f' });
  assert.notEqual(RevisionId, made.RevisionId);
  assert.equal((await call('GetFunctionConfiguration', { FunctionName: 'f' })).RevisionId, RevisionId);
  const again = { FunctionName: 'f', StatementId: 't', Action: 'lambda:*', Principal: '*' };
  await assert.rejects(call('AddPermission', { ...again, RevisionId: made.RevisionId }), {
    code: 'PreconditionFailedException',
    message: /Call the GetPolicy API/,
  });
  await call('AddPermission', { ...again, RevisionId });
});

test('refuses bad principals, sids that exist, $LATEST, what is missing and what is too long', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const add = (input: object) =>
    call('AddPermission', { FunctionName: 'f', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*', ...input });
  await assert.rejects(add({ Principal: 'nobody' }), { message: /^The provided principal was invalid/ });
  await assert.rejects(add({ Qualifier: '$LATEST' }), { message: 'We currently do not support adding policies for $LATEST.' });
  await assert.rejects(add({ Qualifier: 'live' }), { message: `Cannot find alias arn: ${FA}:live` });
  await assert.rejects(add({ Qualifier: '3' }), { message: `Function not found: ${FA}:3` });
  await assert.rejects(add({ FunctionName: 'g' }), { code: 'ResourceNotFoundException' });
  await add({});
  await assert.rejects(add({}), {
    code: 'ResourceConflictException',
    message: /^The statement id \(s\) provided already exists/,
  });
  const SourceArn = `arn:aws:s3:::${'x'.repeat(2000)}`;
  const many = async () => {
    for (let at = 0; at < 12; at++) await add({ StatementId: `n${at}`, SourceArn });
  };
  await assert.rejects(many(), { code: 'PolicyLengthExceededException' });
});
