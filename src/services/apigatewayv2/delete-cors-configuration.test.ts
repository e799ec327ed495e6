import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('DeleteCorsConfiguration leaves answers as functions make them', async () => {
  const CorsConfiguration = { AllowOrigins: ['*'] };
  const { ApiId } = await room.call('CreateApi', { Name: 'n', ProtocolType: 'HTTP', Target: FUNCTION, CorsConfiguration });
  const cors = async () => (await room.find(ApiId))?.stages.get('$default')?.deployment?.cors;
  assert.ok(await cors());
  await room.call('DeleteCorsConfiguration', { ApiId });
  assert.equal(await cors(), undefined);
  assert.equal((await room.call('GetApi', { ApiId })).CorsConfiguration, undefined);
  await refused(room.call('DeleteCorsConfiguration', { ApiId }, stranger), 'NotFoundException');
});
