import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('DeleteApi takes everything in it along', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP', Target: FUNCTION });
  assert.ok(await room.find(ApiId));
  await refused(room.call('DeleteApi', { ApiId }, stranger), 'NotFoundException');
  assert.deepEqual(await room.call('DeleteApi', { ApiId }), {});
  assert.equal(await room.find(ApiId), undefined);
  await refused(room.call('GetRoutes', { ApiId }), 'NotFoundException');
  await refused(room.call('DeleteApi', { ApiId }), 'NotFoundException');
});
