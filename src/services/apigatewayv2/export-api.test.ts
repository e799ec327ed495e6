import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

const exported = async (ApiId: string, more: object = {}) =>
  JSON.parse((await room.call('ExportApi', { ApiId, Specification: 'OAS30', OutputType: 'JSON', ...more })).body.toString());

test('what is exported and imported again is the same', async () => {
  const { ApiId } = await room.call('CreateApi', {
    Name: 'n',
    ProtocolType: 'HTTP',
    Version: '2',
    CorsConfiguration: { AllowOrigins: ['https://a.example'], AllowMethods: ['GET'] },
    Target: FUNCTION,
  });
  const request = {
    AuthorizerType: 'REQUEST',
    AuthorizerUri: FUNCTION,
    AuthorizerPayloadFormatVersion: '2.0',
    IdentitySource: ['$request.header.a', '$request.header.b'],
  };
  const { AuthorizerId } = await room.call('CreateAuthorizer', { ApiId, Name: 'judge', ...request });
  const { IntegrationId } = await room.call('CreateIntegration', {
    ApiId,
    IntegrationType: 'HTTP_PROXY',
    IntegrationUri: 'https://example.com/{id}',
    IntegrationMethod: 'ANY',
    RequestParameters: { 'append:header.a': '1' },
    ResponseParameters: { '500': { 'overwrite:statuscode': '404' } },
  });
  await room.call('CreateRoute', {
    ApiId,
    RouteKey: 'ANY /a/{id}',
    Target: `integrations/${IntegrationId}`,
    AuthorizationType: 'CUSTOM',
    AuthorizerId,
  });
  await room.call('CreateRoute', { ApiId, RouteKey: 'POST /iam', AuthorizationType: 'AWS_IAM' });
  const first = await exported(ApiId);
  assert.deepEqual(Object.keys(first.paths).sort(), ['/$default', '/a/{id}', '/iam']);
  const again = await room.call('ImportApi', { Body: JSON.stringify(first) });
  assert.deepEqual(await exported(again.ApiId), first);
  const bare = JSON.stringify(await exported(ApiId, { IncludeExtensions: false }));
  assert.equal(bare.includes('x-amazon-apigateway-integration') || bare.includes('importexport'), false);
});

test('a stage exports what it shows', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP' });
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  const { DeploymentId } = await room.call('CreateDeployment', { ApiId });
  await room.call('CreateStage', { ApiId, StageName: 's', DeploymentId });
  await room.call('CreateStage', { ApiId, StageName: 'empty' });
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /later' });
  assert.deepEqual(Object.keys((await exported(ApiId, { StageName: 's' })).paths), ['/']);
  assert.deepEqual(Object.keys((await exported(ApiId)).paths), ['/', '/later']);
  await refused(exported(ApiId, { StageName: 'empty' }), 'NotFoundException');
  await refused(exported(ApiId, { StageName: 'none' }), 'NotFoundException');
  await refused(exported(ApiId, { OutputType: 'YAML' }), 'NotImplemented');
  await refused(exported(ApiId, { Specification: 'OAS20' }), 'BadRequestException');
  await refused(room.call('ExportApi', { ApiId, Specification: 'OAS30', OutputType: 'JSON' }, stranger), 'NotFoundException');
});
