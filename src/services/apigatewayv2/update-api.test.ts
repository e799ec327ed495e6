import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis } from './http-apis.fixture.ts';

const room = httpApis();

test('UpdateApi replaces what it is given and leaves the rest', async () => {
  const { ApiId } = await room.call('CreateApi', {
    Name: 'n',
    ProtocolType: 'HTTP',
    Description: 'd',
    Version: '1',
    Target: FUNCTION,
  });
  const CorsConfiguration = { AllowOrigins: ['https://a.example'], MaxAge: 5 };
  const changed = await room.call('UpdateApi', {
    ApiId,
    Description: '',
    CorsConfiguration,
    RouteSelectionExpression: '$request.method $request.path',
  });
  assert.deepEqual(
    [changed.Name, changed.Description, changed.Version, changed.CorsConfiguration.MaxAge],
    ['n', undefined, '1', 5],
  );
  const served = (await room.find(ApiId))?.stages.get('$default')?.deployment;
  assert.deepEqual(served?.cors?.allowOrigins, ['https://a.example']);
});

test('Target and RouteKey change what quick create made, and only that', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP', Target: FUNCTION });
  await room.call('UpdateApi', { ApiId, Target: 'https://example.com/x', RouteKey: 'GET /' });
  const match = (await room.find(ApiId))?.stages.get('$default')?.deployment?.match('GET', '/');
  assert.deepEqual([match?.route.key, match?.route.integration?.kind], ['GET /', 'http']);
  const role = 'arn:aws:iam::000000000000:role/r';
  await room.call('UpdateApi', { ApiId, Target: FUNCTION, CredentialsArn: role });
  const integration = (await room.find(ApiId))?.stages.get('$default')?.deployment?.match('GET', '/')?.route.integration;
  assert.deepEqual([integration?.kind, integration?.kind === 'function' && integration.credentialsArn], ['function', role]);
  const plain = await room.api();
  await refused(room.call('UpdateApi', { ApiId: plain, Target: FUNCTION }), 'BadRequestException');
  await refused(room.call('UpdateApi', { ApiId: plain, RouteKey: 'GET /' }), 'BadRequestException');
});
