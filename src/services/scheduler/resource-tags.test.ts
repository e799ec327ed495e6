import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';
import { openScheduler, type SchedulerRoom } from '../../../test/support/scheduler-room.ts';

let room: SchedulerRoom;
before(async () => {
  room = await openScheduler();
});
after(() => room.close());

test('groups are tagged and untagged, the default one too', async () => {
  await room.call('CreateScheduleGroup', { Name: 'g' });
  for (const name of ['g', 'default']) {
    const ResourceArn = `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule-group/${name}`;
    const tags = async () => (await room.call('ListTagsForResource', { ResourceArn })).Tags;
    assert.deepEqual(await tags(), []);
    await room.call('TagResource', { ResourceArn, Tags: [{ Key: 'a', Value: '1' }] });
    await room.call('TagResource', {
      ResourceArn,
      Tags: [
        { Key: 'b', Value: '2' },
        { Key: 'a', Value: '3' },
      ],
    });
    assert.deepEqual(await tags(), [
      { Key: 'a', Value: '3' },
      { Key: 'b', Value: '2' },
    ]);
    await room.call('UntagResource', { ResourceArn, TagKeys: ['a', 'x'] });
    assert.deepEqual(await tags(), [{ Key: 'b', Value: '2' }]);
  }
});

test('nothing else has tags', async () => {
  const arn = (resource: string, account = ACCOUNT) => `arn:aws:scheduler:us-east-1:${account}:${resource}`;
  await refused(room.call('ListTagsForResource', { ResourceArn: arn('schedule/default/s') }), 'ValidationException');
  for (const ResourceArn of [arn('schedule-group/none'), arn('schedule-group/g', '1'.repeat(12))]) {
    await refused(room.call('TagResource', { ResourceArn, Tags: [{ Key: 'a', Value: '' }] }), 'ResourceNotFoundException');
  }
  const ResourceArn = arn('schedule-group/g');
  await refused(room.call('TagResource', { ResourceArn, Tags: [{ Key: 'aws:a', Value: '' }] }), 'ValidationException');
  const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
  const error = await refused(room.call('TagResource', { ResourceArn, Tags: many }), 'ServiceQuotaExceededException');
  assert.equal(error.status, 402);
});
