import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('UpdateRoute changes what it is given; an empty text removes', async () => {
  const ApiId = await room.api();
  const { IntegrationId } = await room.call('CreateIntegration', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FUNCTION,
    PayloadFormatVersion: '2.0',
  });
  const { RouteId } = await room.call('CreateRoute', { ApiId, RouteKey: 'GET /a', OperationName: 'o' });
  await room.call('CreateRoute', { ApiId, RouteKey: 'GET /b' });
  const Target = `integrations/${IntegrationId}`;
  const changed = await room.call('UpdateRoute', { ApiId, RouteId, Target, RouteKey: 'POST /a' });
  assert.deepEqual([changed.Target, changed.RouteKey, changed.OperationName], [Target, 'POST /a', 'o']);
  assert.ok((await room.find(ApiId))?.stages.get('$default')?.deployment?.match('POST', '/a')?.route.integration);
  assert.equal((await room.call('UpdateRoute', { ApiId, RouteId, Target: '' })).Target, undefined);
  await refused(room.call('UpdateRoute', { ApiId, RouteId, RouteKey: 'GET /b' }), 'ConflictException');
  await refused(room.call('UpdateRoute', { ApiId, RouteId: 'none' }), 'NotFoundException');
  await refused(room.call('UpdateRoute', { ApiId, RouteId }, stranger), 'NotFoundException');
});
