import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('metrics of shards are refused by name; turning them off is not', async () => {
  await room.made();
  const input = { StreamName: 's', ShardLevelMetrics: ['IncomingBytes'] };
  assert.match((await refused(room.call('EnableEnhancedMonitoring', input), 'NotImplemented')).message, /IncomingBytes/);
  assert.deepEqual(await room.call('DisableEnhancedMonitoring', input), {
    StreamName: 's',
    StreamARN: STREAM_ARN,
    CurrentShardLevelMetrics: [],
    DesiredShardLevelMetrics: [],
  });
});
