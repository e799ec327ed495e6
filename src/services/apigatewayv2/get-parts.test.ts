import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('parts are read one by one and page by page', async () => {
  const ApiId = await room.api();
  const ids: string[] = [];
  for (const path of ['a', 'b', 'c']) ids.push((await room.call('CreateRoute', { ApiId, RouteKey: `GET /${path}` })).RouteId);
  assert.equal((await room.call('GetRoute', { ApiId, RouteId: ids[0] })).RouteKey, 'GET /a');
  const first = await room.call('GetRoutes', { ApiId, MaxResults: '2' });
  const second = await room.call('GetRoutes', { ApiId, MaxResults: '2', NextToken: first.NextToken });
  assert.deepEqual([...first.Items, ...second.Items].map(({ RouteId }) => RouteId).sort(), ids.sort());
  assert.equal((await room.call('GetStage', { ApiId, StageName: '$default' })).StageName, '$default');
  for (const name of ['Route', 'Integration', 'Authorizer', 'Deployment']) {
    const failure = await refused(room.call(`Get${name}`, { ApiId, [`${name}Id`]: 'none' }), 'NotFoundException');
    assert.equal(failure.message, `Invalid ${name} identifier specified none`);
    assert.ok(Array.isArray((await room.call(`Get${name}s`, { ApiId })).Items));
  }
  await refused(room.call('GetRoutes', { ApiId }, stranger), 'NotFoundException');
  await refused(room.call('GetRoute', { ApiId: 'none', RouteId: 'x' }), 'NotFoundException');
});
