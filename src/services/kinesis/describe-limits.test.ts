import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('counts open shards and on-demand streams of the account in the region', async () => {
  await room.made(3);
  await room.call('CreateStream', { StreamName: 'od', StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  await room.call('CreateStream', { StreamName: 'o', ShardCount: 1 }, { region: 'eu-west-1' });
  assert.deepEqual(await room.call('DescribeLimits'), {
    ShardLimit: 20_000,
    OpenShardCount: 7,
    OnDemandStreamCount: 1,
    OnDemandStreamCountLimit: 50,
  });
  for (let i = 1; i < 50; i++)
    await room.call('CreateStream', { StreamName: `od${i}`, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  await refused(
    room.call('CreateStream', { StreamName: 'one-more', StreamModeDetails: { StreamMode: 'ON_DEMAND' } }),
    'LimitExceededException',
  );
});
