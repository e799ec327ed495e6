import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FUNCTION, type HttpApiRoom, openHttpApis } from '../../../test/support/http-api-room.ts';
import { OTHER, refused, rootOf } from '../../../test/support/s3-room.ts';

let room: HttpApiRoom;
before(async () => {
  room = await openHttpApis();
});
after(() => room.close());

test('DeleteCorsConfiguration leaves answers as functions make them', async () => {
  const CorsConfiguration = { AllowOrigins: ['*'] };
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP', Target: FUNCTION, CorsConfiguration });
  const cors = async () => (await room.find(ApiId))?.stages.get('$default')?.deployment?.cors;
  assert.ok(await cors());
  await room.call('DeleteCorsConfiguration', { ApiId });
  assert.equal(await cors(), undefined);
  assert.equal((await room.call('GetApi', { ApiId })).CorsConfiguration, undefined);
  await refused(
    room.call('DeleteCorsConfiguration', { ApiId }, { account: OTHER, principal: rootOf(OTHER) }),
    'NotFoundException',
  );
});
