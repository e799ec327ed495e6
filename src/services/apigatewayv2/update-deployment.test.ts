import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('a deployment changes its description only', async () => {
  const ApiId = await room.api();
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  const { DeploymentId } = await room.call('CreateDeployment', { ApiId });
  assert.equal((await room.call('UpdateDeployment', { ApiId, DeploymentId, Description: 'd' })).Description, 'd');
  assert.equal((await room.call('UpdateDeployment', { ApiId, DeploymentId })).Description, 'd');
  assert.equal((await room.call('UpdateDeployment', { ApiId, DeploymentId, Description: '' })).Description, undefined);
  await refused(room.call('UpdateDeployment', { ApiId, DeploymentId: 'none' }), 'NotFoundException');
  await refused(room.call('UpdateDeployment', { ApiId, DeploymentId }, stranger), 'NotFoundException');
});
