import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const ResourceArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't', Tags: [{ Key: 'a', Value: '1' }] });
});
after(() => sns.close());

const tag = (...Tags: [Key: string, Value: string][]) =>
  sns.call('TagResource', { ResourceArn, Tags: Tags.map(([Key, Value]) => ({ Key, Value })) });

test('tags are added, overwritten, listed and removed', async () => {
  await tag(['a', '2'], ['b', '3']);
  await sns.call('UntagResource', { ResourceArn, TagKeys: ['a', 'none'] });
  assert.deepEqual(await sns.call('ListTagsForResource', { ResourceArn }), { Tags: [{ Key: 'b', Value: '3' }] });
});

test('twice the same key, and more than fifty, are refused', async () => {
  await assert.rejects(tag(['x', '1'], ['x', '2']), invalid('Duplicated keys are not allowed.'));
  const many = Array.from({ length: 51 }, (_, index): [string, string] => [`k${index}`, '']);
  await refused(tag(...many), 'TagLimitExceededException');
  await refused(sns.call('ListTagsForResource', { ResourceArn: arnOf('none') }), 'ResourceNotFoundException');
});
