import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

// biome-ignore lint/suspicious/noExplicitAny: an answer of any operation
type Any = any;

test('DescribeRepositories tells those that are named, or all in pages', async () => {
  for (const repositoryName of ['b', 'a', 'c'].map((name) => `repo-${name}`))
    await room.call('CreateRepository', { repositoryName });
  const names = (answer: Any) => answer.repositories.map((one: { repositoryName: string }) => one.repositoryName);
  const first = await room.call('DescribeRepositories', { maxResults: 2 });
  assert.deepEqual(names(first), ['repo-a', 'repo-b']);
  const second = await room.call('DescribeRepositories', { maxResults: 2, nextToken: first.nextToken });
  assert.deepEqual([names(second), second.nextToken], [['repo-c'], undefined]);
  assert.deepEqual(names(await room.call('DescribeRepositories', { repositoryNames: ['repo-c', 'repo-a'] })), [
    'repo-c',
    'repo-a',
  ]);
  await refused(room.call('DescribeRepositories', { repositoryNames: ['repo-x'] }), 'RepositoryNotFoundException');
  await refused(room.call('DescribeRepositories', { nextToken: '!' }), 'InvalidParameterException');
  assert.deepEqual(names(await room.call('DescribeRepositories', {}, { region: 'eu-west-1' })), []);
});
