import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type HttpApiRoom, openHttpApis } from '../../../test/support/http-api-room.ts';
import { OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';

let room: HttpApiRoom;
before(async () => {
  room = await openHttpApis();
});
after(() => room.close());

test('a route has no request parameters here, so none can go', async () => {
  const ApiId = await room.api();
  const { RouteId } = await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  const remove = (id: string, context = {}) =>
    room.call('DeleteRouteRequestParameter', { ApiId, RouteId: id, RequestParameterKey: 'route.request.header.a' }, context);
  assert.match((await refused(remove(RouteId), 'NotFoundException')).message, /RequestParameter/);
  assert.match((await refused(remove('none'), 'NotFoundException')).message, /Route identifier/);
  await refused(remove(RouteId, { account: OTHER, principal: rootOf(OTHER) }), 'NotFoundException');
});
