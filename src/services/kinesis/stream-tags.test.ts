import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const list = (more: object = {}) => room.call('ListTagsForStream', { StreamName: 's', ...more });

test('tags are added, replaced, listed by key and removed', async () => {
  await room.made();
  await room.call('AddTagsToStream', { StreamName: 's', Tags: { b: '1', a: '2' } });
  await room.call('AddTagsToStream', { StreamARN: STREAM_ARN, Tags: { b: '3', c: '' } });
  assert.deepEqual(await list({ Limit: 2 }), {
    Tags: [
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '3' },
    ],
    HasMoreTags: true,
  });
  assert.deepEqual(await list({ ExclusiveStartTagKey: 'b' }), { Tags: [{ Key: 'c', Value: '' }], HasMoreTags: false });
  await room.call('RemoveTagsFromStream', { StreamName: 's', TagKeys: ['a', 'none'] });
  assert.equal((await list()).Tags.length, 2);
});

test('fifty are the most, and some characters are not allowed', async () => {
  const tags = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`t${i}`, '']));
  await refused(room.call('AddTagsToStream', { StreamName: 's', Tags: tags }), 'InvalidArgumentException');
  await refused(room.call('AddTagsToStream', { StreamName: 's', Tags: { 'a#': '' } }), 'InvalidArgumentException');
  await refused(room.call('AddTagsToStream', { StreamName: 'none', Tags: { a: '' } }), 'ResourceNotFoundException');
  await refused(room.call('RemoveTagsFromStream', { StreamName: 'none', TagKeys: ['a'] }), 'ResourceNotFoundException');
});
