import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { ACCOUNT, rootOf } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('a token opens its asker’s repositories, for twelve hours', async () => {
  const { authorizationData } = await room.call('GetAuthorizationToken', {}, { region: 'eu-west-1' });
  const [data] = authorizationData;
  assert.equal(data.proxyEndpoint, 'http://127.0.0.1:4566');
  assert.equal(data.expiresAt.getTime(), room.clock.now() + 12 * 3_600_000);
  assert.match(Buffer.from(data.authorizationToken, 'base64').toString(), /^AWS:[\w-]+$/);
  await room.call('CreateRepository', { repositoryName: 'west' }, { region: 'eu-west-1' });
  const catalog = () =>
    room.ask('GET', '/v2/_catalog', { headers: { authorization: `Basic ${data.authorizationToken}` }, trusted: false });
  assert.deepEqual((await catalog()).json, { repositories: ['west'] });
  await room.clock.advance(12 * 3_600_000);
  assert.equal((await catalog()).status, 401);
});

test('it holds no longer than the key that asked for it', async () => {
  const keys = { AKIA: { secret: 'S', principal: { ...rootOf(ACCOUNT), accessKeyId: 'AKIA' } } };
  const own = await openEcr({ keys });
  const principal = keys.AKIA.principal;
  const { authorizationData } = await own.call('GetAuthorizationToken', {}, { principal });
  const headers = { authorization: `Basic ${authorizationData[0].authorizationToken}` };
  assert.equal((await own.ask('GET', '/v2/', { headers })).status, 200);
  await own.close();
  const revoked = await openEcr();
  assert.equal((await revoked.ask('GET', '/v2/', { headers })).status, 401);
  await revoked.close();
});
