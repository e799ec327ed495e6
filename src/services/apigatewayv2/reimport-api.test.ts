import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('the document replaces what was; stages stay and deploy', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP', Target: FUNCTION, Tags: { a: '1' } });
  const integration = { type: 'aws_proxy', uri: FUNCTION, payloadFormatVersion: '2.0' };
  const paths = { '/new': { get: { 'x-amazon-apigateway-integration': integration } } };
  const Body = JSON.stringify({ openapi: '3.0.1', info: { title: 'again' }, paths });
  const changed = await room.call('ReimportApi', { ApiId, Body });
  assert.deepEqual([changed.ApiId, changed.Name, changed.Tags], [ApiId, 'again', { a: '1' }]);
  assert.deepEqual(
    (await room.call('GetRoutes', { ApiId })).Items.map(({ RouteKey }: { RouteKey: string }) => RouteKey),
    ['GET /new'],
  );
  const deployment = (await room.find(ApiId))?.stages.get('$default')?.deployment;
  assert.deepEqual([deployment?.match('GET', '/new')?.route.key, deployment?.match('GET', '/')], ['GET /new', undefined]);
  await refused(room.call('ReimportApi', { ApiId, Body: '{}' }), 'BadRequestException');
  await refused(room.call('ReimportApi', { ApiId, Body, Basepath: 'split' }), 'NotImplemented');
  await refused(room.call('ReimportApi', { ApiId, Body }, stranger), 'NotFoundException');
});
