import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type HttpApiRoom, openHttpApis } from '../../../test/support/http-api-room.ts';
import { OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';

let room: HttpApiRoom;
before(async () => {
  room = await openHttpApis();
});
after(() => room.close());

test('a deployment changes its description only', async () => {
  const ApiId = await room.api();
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  const { DeploymentId } = await room.call('CreateDeployment', { ApiId });
  assert.equal((await room.call('UpdateDeployment', { ApiId, DeploymentId, Description: 'd' })).Description, 'd');
  assert.equal((await room.call('UpdateDeployment', { ApiId, DeploymentId })).Description, 'd');
  assert.equal((await room.call('UpdateDeployment', { ApiId, DeploymentId, Description: '' })).Description, undefined);
  await refused(room.call('UpdateDeployment', { ApiId, DeploymentId: 'none' }), 'NotFoundException');
  await refused(
    room.call('UpdateDeployment', { ApiId, DeploymentId }, { account: OTHER, principal: rootOf(OTHER) }),
    'NotFoundException',
  );
});
