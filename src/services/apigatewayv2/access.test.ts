import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpApis } from './http-apis.fixture.ts';

const room = httpApis();

test('actions are methods and resources are paths', async () => {
  const asked = async (operation: string, input: object) => {
    const requests = await room.access(operation, input as Record<string, unknown>, { region: 'us-east-1' } as never);
    return requests.map(({ action, resource }) => `${action} ${resource}`);
  };
  const arn = 'arn:aws:apigateway:us-east-1::';
  assert.deepEqual(await asked('GetApis', {}), [`apigateway:GET ${arn}/apis`]);
  assert.deepEqual(await asked('CreateApi', {}), [`apigateway:POST ${arn}/apis`]);
  assert.equal((await asked('CreateApi', { Tags: { a: '1' } })).length, 2);
  const CredentialsArn = 'arn:aws:iam::000000000000:role/r';
  assert.deepEqual((await asked('CreateIntegration', { ApiId: 'a', CredentialsArn }))[1], `iam:PassRole ${CredentialsArn}`);
  const integration = { 'x-amazon-apigateway-integration': { credentials: CredentialsArn } };
  const Body = JSON.stringify({ paths: { '/': { get: integration } }, x: [{ authorizerCredentials: `${CredentialsArn}2` }] });
  for (const operation of ['ImportApi', 'ReimportApi'])
    assert.deepEqual((await asked(operation, { Body })).slice(1), [
      `iam:PassRole ${CredentialsArn}`,
      `iam:PassRole ${CredentialsArn}2`,
    ]);
  assert.equal((await asked('ImportApi', { Body: '{' })).length, 1);
  assert.deepEqual(await asked('UpdateApi', { ApiId: 'a' }), [`apigateway:PATCH ${arn}/apis/a`]);
  assert.deepEqual(await asked('CreateRoute', { ApiId: 'a' }), [`apigateway:POST ${arn}/apis/a/routes`]);
  assert.deepEqual(await asked('DeleteRoute', { ApiId: 'a', RouteId: 'r' }), [`apigateway:DELETE ${arn}/apis/a/routes/r`]);
  assert.deepEqual(await asked('GetStage', { ApiId: 'a', StageName: 's' }), [`apigateway:GET ${arn}/apis/a/stages/s`]);
  assert.deepEqual(await asked('GetIntegrations', { ApiId: 'a' }), [`apigateway:GET ${arn}/apis/a/integrations`]);
  assert.deepEqual(await asked('ReimportApi', { ApiId: 'a' }), [`apigateway:PUT ${arn}/apis/a`]);
  assert.deepEqual(await asked('GetTags', { ResourceArn: 'x:y' }), [`apigateway:GET ${arn}/tags/x%3Ay`]);
});
