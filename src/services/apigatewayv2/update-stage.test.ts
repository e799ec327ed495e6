import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('UpdateStage merges variables and route settings, and moves between deployments', async () => {
  const ApiId = await room.api();
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  const update = (more: object) => room.call('UpdateStage', { ApiId, StageName: '$default', ...more });
  await update({ StageVariables: { a: '1', b: '2' }, DefaultRouteSettings: { ThrottlingRateLimit: 2 } });
  const changed = await update({
    StageVariables: { a: '', c: '3' },
    DefaultRouteSettings: { ThrottlingBurstLimit: 4 },
    RouteSettings: { 'GET /': { ThrottlingBurstLimit: 0 } },
  });
  assert.deepEqual(changed.StageVariables, { b: '2', c: '3' });
  const stage = (await room.find(ApiId))?.stages.get('$default');
  assert.deepEqual(stage?.throttle('$default'), { rate: 2, burst: 4 });
  assert.deepEqual(stage?.throttle('GET /'), { rate: 2, burst: 0 });
  const { DeploymentId } = await room.call('CreateDeployment', { ApiId });
  await refused(update({ DeploymentId }), 'BadRequestException');
  const fixed = await update({ AutoDeploy: false, DeploymentId });
  assert.deepEqual([fixed.DeploymentId, fixed.AutoDeploy], [DeploymentId, false]);
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /later' });
  assert.equal((await room.find(ApiId))?.stages.get('$default')?.deployment?.match('GET', '/later'), undefined);
  await refused(room.call('UpdateStage', { ApiId, StageName: 'none' }), 'NotFoundException');
  await refused(room.call('UpdateStage', { ApiId, StageName: '$default' }, stranger), 'NotFoundException');
});
