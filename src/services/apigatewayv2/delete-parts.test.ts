import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('what is in use stays, what is not goes', async () => {
  const ApiId = await room.api();
  const { IntegrationId } = await room.call('CreateIntegration', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FUNCTION,
    PayloadFormatVersion: '2.0',
  });
  const { AuthorizerId } = await room.call('CreateAuthorizer', {
    ApiId,
    Name: 'r',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: FUNCTION,
    AuthorizerPayloadFormatVersion: '2.0',
    IdentitySource: [],
  });
  const { RouteId } = await room.call('CreateRoute', {
    ApiId,
    RouteKey: 'GET /',
    Target: `integrations/${IntegrationId}`,
    AuthorizationType: 'CUSTOM',
    AuthorizerId,
  });
  const { DeploymentId } = await room.call('CreateDeployment', { ApiId });
  await room.call('CreateStage', { ApiId, StageName: 's', DeploymentId });
  await refused(room.call('DeleteIntegration', { ApiId, IntegrationId }), 'ConflictException');
  await refused(room.call('DeleteAuthorizer', { ApiId, AuthorizerId }), 'ConflictException');
  const active = await refused(room.call('DeleteDeployment', { ApiId, DeploymentId }), 'BadRequestException');
  assert.equal(active.message, 'Active stages pointing to this deployment must be moved or deleted');
  await refused(room.call('DeleteRoute', { ApiId, RouteId }, stranger), 'NotFoundException');
  await room.call('DeleteRoute', { ApiId, RouteId });
  await room.call('DeleteIntegration', { ApiId, IntegrationId });
  await room.call('DeleteAuthorizer', { ApiId, AuthorizerId });
  await room.call('DeleteStage', { ApiId, StageName: 's' });
  await room.call('DeleteDeployment', { ApiId, DeploymentId });
  await refused(room.call('DeleteRoute', { ApiId, RouteId }), 'NotFoundException');
});
