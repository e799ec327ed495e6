import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type HttpApiRoom, openHttpApis } from '../../../test/support/http-api-room.ts';
import { OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';

let room: HttpApiRoom;
before(async () => {
  room = await openHttpApis();
});
after(() => room.close());

test('what cannot be made is not there', async () => {
  const ApiId = await room.api();
  const { RouteId } = await room.call('CreateRoute', { ApiId, RouteKey: 'GET /' });
  for (const [operation, input] of [
    ['GetModels', { ApiId }],
    ['GetRouteResponses', { ApiId, RouteId }],
    ['GetDomainNames', {}],
    ['GetVpcLinks', {}],
  ] as const)
    assert.deepEqual((await room.call(operation, input)).Items, []);
  await refused(room.call('GetModel', { ApiId, ModelId: 'm' }), 'NotFoundException');
  await refused(room.call('GetDomainName', { DomainName: 'd' }), 'NotFoundException');
  await refused(room.call('GetModels', { ApiId }, { account: OTHER, principal: rootOf(OTHER) }), 'NotFoundException');
});
