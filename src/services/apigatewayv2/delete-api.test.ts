import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FUNCTION, type HttpApiRoom, openHttpApis } from '../../../test/support/http-api-room.ts';
import { OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';

let room: HttpApiRoom;
before(async () => {
  room = await openHttpApis();
});
after(() => room.close());

test('DeleteApi takes everything in it along', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP', Target: FUNCTION });
  assert.ok(await room.find(ApiId));
  await refused(room.call('DeleteApi', { ApiId }, { account: OTHER, principal: rootOf(OTHER) }), 'NotFoundException');
  assert.deepEqual(await room.call('DeleteApi', { ApiId }), {});
  assert.equal(await room.find(ApiId), undefined);
  await refused(room.call('GetRoutes', { ApiId }), 'NotFoundException');
  await refused(room.call('DeleteApi', { ApiId }), 'NotFoundException');
});
