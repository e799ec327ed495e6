import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, FA, fixture, newFunction } from './fixture.suite.ts';

test('asks IAM for the action and the resource, and for all that is handed out', async (t) => {
  const { service } = await fixture(t);
  const asks = async (operation: string, input: object) =>
    (await service.access(operation, input as never, context())).map(({ action, resource }) => [action, resource]);
  assert.deepEqual(await asks('Invoke', { FunctionName: 'f', Qualifier: 'live' }), [['lambda:InvokeFunction', `${FA}:live`]]);
  assert.deepEqual(await asks('ListFunctions', {}), [['lambda:ListFunctions', '*']]);
  assert.deepEqual(await asks('TagResource', { Resource: FA }), [['lambda:TagResource', FA]]);
  const layer = 'arn:aws:lambda:us-east-1:000000000000:layer:l';
  assert.deepEqual(await asks('GetLayerVersion', { LayerName: 'l', VersionNumber: 3 }), [
    ['lambda:GetLayerVersion', `${layer}:3`],
  ]);
  assert.deepEqual(await asks('GetLayerVersionByArn', { Arn: `${layer}:3` }), [['lambda:GetLayerVersion', `${layer}:3`]]);
  const create = newFunction({ Code: { S3Bucket: 'b', S3Key: 'k' }, Layers: [`${layer}:1`], Tags: { a: 'b' }, Role: 'arn:r' });
  assert.deepEqual(await asks('CreateFunction', create), [
    ['lambda:CreateFunction', FA],
    ['iam:PassRole', 'arn:r'],
    ['lambda:GetLayerVersion', `${layer}:1`],
    ['s3:GetObject', 'arn:aws:s3:::b/k'],
    ['lambda:TagResource', FA],
  ]);
});

test("brings the function's own policy for callers that need it", async (t) => {
  const { create, call, service } = await fixture(t);
  await create();
  await call('AddPermission', { FunctionName: 'f', StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' });
  const input = { FunctionName: 'f' };
  const principal = { ...context().principal, kind: 'role' as const };
  const [asked] = await service.access('Invoke', input, context({ principal }));
  assert.equal((asked?.resourcePolicy as { Statement: object[] } | undefined)?.Statement.length, 1);
  assert.ok(!('resourcePolicy' in (await service.access('Invoke', input, context()))[0]!));
});
