import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('UpdateAuthorizer changes what it is given, never the type', async () => {
  const ApiId = await room.api();
  const { AuthorizerId } = await room.call('CreateAuthorizer', {
    ApiId,
    Name: 'r',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: FUNCTION,
    AuthorizerPayloadFormatVersion: '2.0',
    IdentitySource: ['$request.header.x'],
  });
  const changed = await room.call('UpdateAuthorizer', { ApiId, AuthorizerId, AuthorizerResultTtlInSeconds: 60 });
  assert.deepEqual([changed.AuthorizerResultTtlInSeconds, changed.Name], [60, 'r']);
  await refused(room.call('UpdateAuthorizer', { ApiId, AuthorizerId, AuthorizerType: 'JWT' }), 'BadRequestException');
  await refused(room.call('UpdateAuthorizer', { ApiId, AuthorizerId, IdentitySource: [] }), 'BadRequestException');
  await refused(room.call('UpdateAuthorizer', { ApiId, AuthorizerId: 'none' }), 'NotFoundException');
  await refused(room.call('UpdateAuthorizer', { ApiId, AuthorizerId }, stranger), 'NotFoundException');
});
