import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { ALARM, type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

const ResourceARN = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:a';
let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
  await room.call('PutMetricAlarm', { ...ALARM, Tags: [{ Key: 'a', Value: '1' }] });
});
afterEach(() => room.close());

test('are put, replaced and taken away', async () => {
  const Tags = [
    { Key: 'a', Value: '2' },
    { Key: 'b', Value: '' },
  ];
  await room.call('TagResource', { ResourceARN, Tags });
  assert.deepEqual((await room.call('ListTagsForResource', { ResourceARN })).Tags, Tags);
  await room.call('UntagResource', { ResourceARN, TagKeys: ['a', 'none'] });
  assert.deepEqual((await room.call('ListTagsForResource', { ResourceARN })).Tags, [Tags[1]]);
});

test('at most fifty, and of alarms only', async () => {
  const Tags = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: 'v' }));
  await assert.rejects(room.call('TagResource', { ResourceARN, Tags }), refusal('ValidationException', /50/));
  for (const arn of [`${ResourceARN}x`, 'arn:aws:cloudwatch::000000000000:dashboard/d', 'x']) {
    await assert.rejects(
      room.call('ListTagsForResource', { ResourceARN: arn }),
      refusal('ResourceNotFoundException', /^Unknown resource/, 404),
    );
  }
});
