import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('a route has no request parameters here, so none can go', async () => {
  const ApiId = await room.api();
  const { RouteId } = await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  const remove = (id: string, context = {}) =>
    room.call('DeleteRouteRequestParameter', { ApiId, RouteId: id, RequestParameterKey: 'route.request.header.a' }, context);
  assert.match((await refused(remove(RouteId), 'NotFoundException')).message, /RequestParameter/);
  assert.match((await refused(remove('none'), 'NotFoundException')).message, /Route identifier/);
  await refused(remove(RouteId, stranger), 'NotFoundException');
});
