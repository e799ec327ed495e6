import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

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
  await refused(room.call('GetModels', { ApiId }, stranger), 'NotFoundException');
});
