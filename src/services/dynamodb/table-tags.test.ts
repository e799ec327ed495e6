import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DynamoRoom, openDynamo, refused } from '../../../test/support/dynamodb-room.ts';

let dynamo: DynamoRoom;
let arn: string;
before(async () => {
  dynamo = await openDynamo();
  arn = (await dynamo.table('tagged')).TableDescription.TableArn;
});
after(() => dynamo.close());

const tag = (...Tags: object[]) => dynamo.call('TagResource', { ResourceArn: arn, Tags });
const list = (more: object = {}) => dynamo.call('ListTagsOfResource', { ResourceArn: arn, ...more });

test('tags are added, replaced and taken away', async () => {
  assert.deepEqual(await list(), { Tags: [] });
  await tag({ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' });
  await tag({ Key: 'a', Value: '3' });
  assert.deepEqual(await list(), {
    Tags: [
      { Key: 'a', Value: '3' },
      { Key: 'b', Value: '2' },
    ],
  });
  await dynamo.call('UntagResource', { ResourceArn: arn, TagKeys: ['a', 'x'] });
  assert.deepEqual(await list(), { Tags: [{ Key: 'b', Value: '2' }] });
});

test('a page has ten tags', async () => {
  await tag(...Array.from({ length: 12 }, (_, i) => ({ Key: `k${i}`, Value: '' })));
  const first = await list();
  const second = await list({ NextToken: first.NextToken });
  assert.deepEqual([first.Tags.length, second.Tags.length, second.NextToken], [10, 3, undefined]);
  await refused(list({ NextToken: 'nonsense' }), 'ValidationException');
});

test('what cannot be is refused', async () => {
  await refused(tag({ Key: 'aws:x', Value: '' }), 'ValidationException');
  await refused(tag({ Key: 'd', Value: '' }, { Key: 'd', Value: '' }), 'ValidationException');
  await refused(tag(...Array.from({ length: 51 }, (_, i) => ({ Key: `m${i}`, Value: '' }))), 'LimitExceededException');
  const other = { ResourceArn: `${arn}-other` };
  await refused(dynamo.call('ListTagsOfResource', other), 'ResourceNotFoundException');
  await refused(dynamo.call('ListTagsOfResource', { ResourceArn: 'tagged' }), 'ValidationException');
});
