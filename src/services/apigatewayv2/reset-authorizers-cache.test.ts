import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('ResetAuthorizersCache makes what was kept worthless', async () => {
  const ApiId = await room.api();
  const epoch = async () => (await room.find(ApiId))?.stages.get('$default')?.authorizers;
  const before = await epoch();
  await room.call('ResetAuthorizersCache', { ApiId, StageName: '$default' });
  assert.notEqual(await epoch(), before);
  await refused(room.call('ResetAuthorizersCache', { ApiId, StageName: 'none' }), 'NotFoundException');
  await refused(room.call('ResetAuthorizersCache', { ApiId, StageName: '$default' }, stranger), 'NotFoundException');
});
