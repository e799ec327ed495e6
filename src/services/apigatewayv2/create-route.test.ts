import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('a route has its defaults, and its key once', async () => {
  const ApiId = await room.api();
  const route = await room.call('CreateRoute', { ApiId, RouteKey: 'GET /pets/{id}' });
  assert.match(route.RouteId, /^[a-z0-9]{7}$/);
  assert.deepEqual([route.AuthorizationType, route.ApiKeyRequired, route.Target], ['NONE', false, undefined]);
  const again = await refused(room.call('CreateRoute', { ApiId, RouteKey: 'GET /pets/{id}' }), 'ConflictException');
  assert.deepEqual([again.status, again.message], [409, 'Route with key GET /pets/{id} already exists for this API']);
});

test('what a route refers to must be there', async () => {
  const ApiId = await room.api();
  const make = (more: object) => room.call('CreateRoute', { ApiId, RouteKey: 'GET /', ...more });
  await refused(make({ Target: 'integrations/none' }), 'NotFoundException');
  await refused(make({ Target: 'none' }), 'BadRequestException');
  await refused(make({ AuthorizationType: 'JWT' }), 'BadRequestException');
  await refused(make({ AuthorizationType: 'JWT', AuthorizerId: 'none' }), 'NotFoundException');
  await refused(make({ AuthorizerId: 'x' }), 'BadRequestException');
  await refused(make({ AuthorizationScopes: ['a'] }), 'BadRequestException');
  const { AuthorizerId } = await room.call('CreateAuthorizer', {
    ApiId,
    Name: 'r',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: FUNCTION,
    AuthorizerPayloadFormatVersion: '2.0',
    IdentitySource: [],
  });
  await refused(make({ AuthorizationType: 'JWT', AuthorizerId }), 'BadRequestException');
  assert.equal((await make({ AuthorizationType: 'CUSTOM', AuthorizerId })).AuthorizerId, AuthorizerId);
});

test('keys of other shapes and settings of WebSocket APIs are refused', async () => {
  const ApiId = await room.api();
  for (const RouteKey of ['$connect', 'GET', 'FETCH /', 'GET /{a+}/b'])
    await refused(room.call('CreateRoute', { ApiId, RouteKey }), 'BadRequestException');
  for (const more of [{ ApiKeyRequired: true }, { ModelSelectionExpression: 'x' }, { RequestModels: { a: 'b' } }])
    await refused(room.call('CreateRoute', { ApiId, RouteKey: 'GET /', ...more }), 'BadRequestException');
  const RequestParameters = { 'route.request.header.a': { Required: true } };
  await refused(room.call('CreateRoute', { ApiId, RouteKey: 'GET /', RequestParameters }), 'NotImplemented');
  await refused(room.call('CreateRoute', { ApiId: 'none', RouteKey: 'GET /' }), 'NotFoundException');
  await refused(room.call('CreateRoute', { ApiId, RouteKey: 'GET /' }, stranger), 'NotFoundException');
});
