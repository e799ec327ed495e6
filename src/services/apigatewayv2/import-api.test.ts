import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refused } from '../../../test/support/s3-room.ts';
import { isFailure } from '../../kernel/index.ts';
import { FUNCTION, httpApis } from './http-apis.fixture.ts';
import { readDefinition } from './openapi-read.ts';

const room = httpApis();

const lambda = { type: 'aws_proxy', httpMethod: 'POST', uri: FUNCTION, payloadFormatVersion: '2.0' };
const jwt = {
  type: 'jwt',
  identitySource: '$request.header.Authorization',
  jwtConfiguration: { issuer: 'https://i.example', audience: ['a'] },
};
const document = (more: object = {}) => ({
  openapi: '3.0.1',
  info: { title: 'imported', version: '7', description: 'd' },
  tags: [{ name: 'team', 'x-amazon-apigateway-tag-value': 'blue' }, { name: 'plain' }],
  paths: {
    '/pets/{id}': {
      get: { operationId: 'pet', 'x-amazon-apigateway-integration': lambda, security: [{ token: ['read'] }] },
      'x-amazon-apigateway-any-method': { 'x-amazon-apigateway-integration': lambda },
    },
    '/iam': {
      post: {
        'x-amazon-apigateway-auth': { type: 'AWS_IAM' },
        'x-amazon-apigateway-integration': { $ref: '#/components/x-amazon-apigateway-integrations/web' },
      },
    },
    '/$default': { 'x-amazon-apigateway-any-method': {} },
  },
  components: {
    securitySchemes: { token: { type: 'oauth2', 'x-amazon-apigateway-authorizer': jwt }, other: { type: 'http' } },
    'x-amazon-apigateway-integrations': {
      web: { type: 'http_proxy', httpMethod: 'ANY', uri: 'https://example.com/', payloadFormatVersion: '1.0' },
    },
  },
  'x-amazon-apigateway-cors': { allowOrigins: ['https://a.example'], allowMethods: ['get'], maxAge: 5 },
  ...more,
});

test('a document becomes an API', async () => {
  const made = await room.call('ImportApi', { Body: JSON.stringify(document()) });
  assert.deepEqual([made.Name, made.Version, made.Description, made.Tags], ['imported', '7', 'd', { team: 'blue' }]);
  assert.deepEqual([made.CorsConfiguration.AllowMethods, made.CorsConfiguration.MaxAge], [['GET'], 5]);
  const { Items: routes } = await room.call('GetRoutes', { ApiId: made.ApiId });
  const byKey = Object.fromEntries(routes.map((route: { RouteKey: string }) => [route.RouteKey, route]));
  assert.deepEqual(Object.keys(byKey).sort(), ['$default', 'ANY /pets/{id}', 'GET /pets/{id}', 'POST /iam']);
  const pet = byKey['GET /pets/{id}'];
  assert.deepEqual([pet.AuthorizationType, pet.AuthorizationScopes, pet.OperationName], ['JWT', ['read'], 'pet']);
  assert.equal(pet.Target, byKey['ANY /pets/{id}'].Target);
  assert.deepEqual([byKey['POST /iam'].AuthorizationType, byKey.$default.Target], ['AWS_IAM', undefined]);
  assert.equal((await room.call('GetIntegrations', { ApiId: made.ApiId })).Items.length, 2);
  assert.deepEqual((await room.call('GetAuthorizers', { ApiId: made.ApiId })).Items[0].JwtConfiguration.Audience, ['a']);
});

test('what cannot be imported is refused by name', async () => {
  const cases: [string | object, string, RegExp][] = [
    ['openapi: 3.0.1\ninfo:\n  title: x\n', 'NotImplemented', /YAML/],
    ['{', 'BadRequestException', /malformed/],
    [`{"openapi":"3.0.1","x":${'['.repeat(2000)}${']'.repeat(2000)}}`, 'BadRequestException', /malformed/],
    [{ swagger: '2.0' }, 'BadRequestException', /OpenAPI 3/],
    [document({ info: {} }), 'BadRequestException', /title/],
    [document({ 'x-amazon-apigateway-policy': {} }), 'NotImplemented', /x-amazon-apigateway-policy/],
    [
      document({ paths: { '/a': { get: { security: [{ other: [] }] } } } }),
      'BadRequestException',
      /other, which has no authorizer/,
    ],
    [document({ paths: { '/a': { get: { security: [{ token: [], second: [] }] } } } }), 'BadRequestException', /more than one/],
    [document({ paths: { 'a b': { get: {} } } }), 'BadRequestException', /route key/],
    [document({ paths: { '/a': [] } }), 'BadRequestException', /is an object/],
    [
      document({
        paths: { '/a': { get: { 'x-amazon-apigateway-integration': { ...lambda, credentials: 'arn:aws:iam::*:user/*' } } } },
      }),
      'NotImplemented',
      /CredentialsArn/,
    ],
    [
      document({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': { ...lambda, timeoutInMillis: 1 } } } } }),
      'BadRequestException',
      /timeoutInMillis/,
    ],
    [
      document({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': { $ref: '#/none' } } } } }),
      'BadRequestException',
      /There is no #\/none/,
    ],
  ];
  for (const [body, code, text] of cases) {
    const Body = typeof body === 'string' ? body : JSON.stringify(body);
    assert.match((await refused(room.call('ImportApi', { Body }), code)).message, text);
  }
  await refused(room.call('ImportApi', { Body: JSON.stringify(document()), Basepath: 'prepend' }), 'NotImplemented');
});

test('any document is read or refused, never broken by', () => {
  const read = (more: object) => {
    try {
      readDefinition(JSON.stringify(document(more)), { account: '000000000000' });
    } catch (error) {
      assert.ok(isFailure(error), String(error));
    }
  };
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('aws_proxy', FUNCTION, '2.0', 'request', 'http_proxy', 'https://a'),
  );
  const names = ['paths', 'components', 'info', 'security', 'tags', 'x-amazon-apigateway-cors'];
  fc.assert(
    fc.property(fc.constantFrom(...names), value, (name, json) => read({ [name]: json })),
    { numRuns: 300 },
  );
  const members = [
    'type',
    'uri',
    'httpMethod',
    'payloadFormatVersion',
    'requestParameters',
    'responseParameters',
    'timeoutInMillis',
    '$ref',
  ];
  const integration = fc.dictionary(fc.constantFrom(...members), value);
  fc.assert(
    fc.property(integration, value, (given, security) =>
      read({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': given, security } } } }),
    ),
    { numRuns: 500 },
  );
  const keys = [
    'type',
    'identitySource',
    'authorizerUri',
    'authorizerPayloadFormatVersion',
    'jwtConfiguration',
    'enableSimpleResponses',
  ];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), value), (given) =>
      read({ components: { securitySchemes: { token: { 'x-amazon-apigateway-authorizer': given } } } }),
    ),
    { numRuns: 500 },
  );
});
