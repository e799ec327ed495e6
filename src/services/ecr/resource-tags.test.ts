import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

test('repositories are tagged and untagged', async () => {
  await room.call('CreateRepository', { repositoryName: 'tagged' });
  const resourceArn = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/tagged`;
  const tags = async () => (await room.call('ListTagsForResource', { resourceArn })).tags;
  assert.deepEqual(await tags(), []);
  await room.call('TagResource', { resourceArn, tags: [{ Key: 'a', Value: '1' }] });
  const both = [
    { Key: 'a', Value: '2' },
    { Key: 'b', Value: '3' },
  ];
  await room.call('TagResource', { resourceArn, tags: both });
  assert.deepEqual(await tags(), both);
  await room.call('UntagResource', { resourceArn, tagKeys: ['a', 'x'] });
  assert.deepEqual(await tags(), [both[1]]);
});

test('nothing else has tags', async () => {
  const arn = (account: string, resource: string) => `arn:aws:ecr:us-east-1:${account}:${resource}`;
  await refused(room.call('ListTagsForResource', { resourceArn: 'x' }), 'InvalidParameterException');
  await refused(room.call('ListTagsForResource', { resourceArn: arn(ACCOUNT, 'image/x') }), 'InvalidParameterException');
  await refused(
    room.call('ListTagsForResource', { resourceArn: arn('1'.repeat(12), 'repository/tagged') }),
    'InvalidParameterException',
  );
  await refused(
    room.call('ListTagsForResource', { resourceArn: arn(ACCOUNT, 'repository/none') }),
    'RepositoryNotFoundException',
  );
});
