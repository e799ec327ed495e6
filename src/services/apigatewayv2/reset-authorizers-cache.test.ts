import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type HttpApiRoom, openHttpApis } from '../../../test/support/http-api-room.ts';
import { OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';

let room: HttpApiRoom;
before(async () => {
  room = await openHttpApis();
});
after(() => room.close());

test('ResetAuthorizersCache makes what was kept worthless', async () => {
  const ApiId = await room.api();
  const epoch = async () => (await room.find(ApiId))?.stages.get('$default')?.authorizers;
  const before = await epoch();
  await room.call('ResetAuthorizersCache', { ApiId, StageName: '$default' });
  assert.notEqual(await epoch(), before);
  await refused(room.call('ResetAuthorizersCache', { ApiId, StageName: 'none' }), 'NotFoundException');
  await refused(
    room.call('ResetAuthorizersCache', { ApiId, StageName: '$default' }, { account: OTHER, principal: rootOf(OTHER) }),
    'NotFoundException',
  );
});
