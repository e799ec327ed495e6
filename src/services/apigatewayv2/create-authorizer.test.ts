import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

const jwt = {
  Name: 'j',
  AuthorizerType: 'JWT',
  IdentitySource: ['$request.header.Authorization'],
  JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['a'] },
};
const request = {
  Name: 'r',
  AuthorizerType: 'REQUEST',
  AuthorizerUri: FUNCTION,
  AuthorizerPayloadFormatVersion: '2.0',
  IdentitySource: [],
};

test('both kinds can be made', async () => {
  const ApiId = await room.api();
  assert.deepEqual((await room.call('CreateAuthorizer', { ApiId, ...jwt })).JwtConfiguration, jwt.JwtConfiguration);
  const made = await room.call('CreateAuthorizer', { ApiId, ...request, EnableSimpleResponses: true });
  assert.deepEqual([made.AuthorizerResultTtlInSeconds, made.EnableSimpleResponses], [0, true]);
  assert.match(made.AuthorizerId, /^[a-z0-9]{7}$/);
});

test('what cannot be served is refused', async () => {
  const ApiId = await room.api();
  const cases: [object, string, RegExp][] = [
    [{ ...jwt, IdentitySource: [] }, 'BadRequestException', /identity source/],
    [{ ...jwt, IdentitySource: ['$context.stage'] }, 'BadRequestException', /identity source/],
    [{ ...jwt, JwtConfiguration: { Issuer: 'here', Audience: ['a'] } }, 'BadRequestException', /issuer/],
    [{ ...jwt, JwtConfiguration: { Issuer: 'https://issuer.example' } }, 'BadRequestException', /Audience/],
    [{ ...jwt, AuthorizerUri: FUNCTION }, 'BadRequestException', /AuthorizerUri/],
    [{ ...request, AuthorizerUri: 'no' }, 'BadRequestException', /URI/],
    [{ ...request, AuthorizerPayloadFormatVersion: undefined }, 'BadRequestException', /FormatVersion/],
    [{ ...request, AuthorizerPayloadFormatVersion: '1.0', EnableSimpleResponses: true }, 'BadRequestException', /Simple/],
    [{ ...request, AuthorizerResultTtlInSeconds: 5 }, 'BadRequestException', /IdentitySource/],
    [{ ...request, IdentitySource: ['header.x'] }, 'BadRequestException', /identity source: header\.x/],
    [{ ...request, AuthorizerCredentialsArn: 'arn:aws:iam::0:role/r' }, 'BadRequestException', /role ARN/],
  ];
  for (const [input, code, text] of cases)
    assert.match((await refused(room.call('CreateAuthorizer', { ApiId, ...input }), code)).message, text);
  await refused(room.call('CreateAuthorizer', { ApiId, ...jwt }, stranger), 'NotFoundException');
});
