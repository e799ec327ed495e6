import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const repositoryName = 'fixed';
const other = [Buffer.from('another layer')];

test('tags of an immutable repository stay, but for those that are excluded', async () => {
  await room.push(repositoryName, { tag: '1' });
  const exclusions = [{ filterType: 'WILDCARD', filter: 'dev-*' }];
  const set = { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: exclusions };
  assert.partialDeepStrictEqual(await room.call('PutImageTagMutability', { repositoryName, ...set }), { repositoryName, ...set });
  await assert.rejects(room.push(repositoryName, { tag: '1', layers: other }), /400/);
  await room.push(repositoryName, { tag: '1' });
  await room.push(repositoryName, { tag: 'dev-1' });
  await room.push(repositoryName, { tag: 'dev-1', layers: other });
  await room.call('PutImageTagMutability', { repositoryName, imageTagMutability: 'MUTABLE' });
  await room.push(repositoryName, { tag: '1', layers: other });
  const { repositories } = await room.call('DescribeRepositories', { repositoryNames: [repositoryName] });
  assert.equal(repositories[0].imageTagMutabilityExclusionFilters, undefined);
});

test('filters go with exclusion, and only with it', async () => {
  const put = (input: object) => room.call('PutImageTagMutability', { repositoryName, ...input });
  const filters = (filter: string) => ({ imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter }] });
  await refused(put({ imageTagMutability: 'IMMUTABLE', ...filters('a') }), 'InvalidParameterException');
  await refused(put({ imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' }), 'InvalidParameterException');
  await refused(put({ imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ...filters('*a*b*') }), 'InvalidParameterException');
});
