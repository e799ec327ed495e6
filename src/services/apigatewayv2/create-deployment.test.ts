import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('a deployment keeps the API as it was', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP' });
  const empty = await refused(room.call('CreateDeployment', { ApiId }), 'BadRequestException');
  assert.equal(empty.message, 'Unable to deploy API because no routes exist in this API');
  const { RouteId } = await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  await room.call('CreateStage', { ApiId, StageName: 's' });
  const made = await room.call('CreateDeployment', { ApiId, StageName: 's', Description: 'first' });
  assert.deepEqual([made.DeploymentStatus, made.AutoDeployed, made.Description], ['DEPLOYED', false, 'first']);
  assert.equal((await room.call('GetStage', { ApiId, StageName: 's' })).DeploymentId, made.DeploymentId);
  await room.call('DeleteRoute', { ApiId, RouteId });
  assert.ok((await room.find(ApiId))?.stages.get('s')?.deployment?.match('GET', '/'));
  await refused(room.call('CreateDeployment', { ApiId, StageName: 'none' }), 'BadRequestException');
  await refused(room.call('CreateDeployment', { ApiId }, stranger), 'NotFoundException');
});
