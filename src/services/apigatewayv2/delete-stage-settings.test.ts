import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('settings of a stage can go one by one', async () => {
  const ApiId = await room.api();
  const stage = { ApiId, StageName: '$default' };
  const log = { DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:g:*', Format: '$context.requestId' };
  await room.call('UpdateStage', { ...stage, AccessLogSettings: log, RouteSettings: { 'GET /': { ThrottlingBurstLimit: 0 } } });
  assert.deepEqual((await room.find(ApiId))?.stages.get('$default')?.accessLog, { group: 'g', format: '$context.requestId' });
  await room.call('DeleteAccessLogSettings', stage);
  await room.call('DeleteRouteSettings', { ...stage, RouteKey: 'GET /' });
  const shown = await room.call('GetStage', stage);
  assert.deepEqual([shown.AccessLogSettings, shown.RouteSettings], [undefined, {}]);
  await refused(room.call('DeleteRouteSettings', { ...stage, RouteKey: 'GET /' }), 'NotFoundException');
  await refused(room.call('DeleteAccessLogSettings', { ApiId, StageName: 'none' }), 'NotFoundException');
  await refused(room.call('DeleteAccessLogSettings', stage, stranger), 'NotFoundException');
});
