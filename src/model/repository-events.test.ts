import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RepositoryProvider, repositoryEvents, repositoryProviders } from './repository-events.ts';
import {
  bitbucketPull,
  bitbucketPush,
  giteaPull,
  giteaPush,
  githubPing,
  githubPull,
  githubPush,
  gitlabMerge,
  gitlabPush,
  ZERO,
} from './repository-payloads.fixture.ts';

const read = (provider: RepositoryProvider, event: string, payload: unknown) => {
  const told = repositoryEvents(provider, event, payload);
  assert.equal(told.repository, 'acme/shop');
  return told.events;
};
const only = (...given: Parameters<typeof read>) => {
  const [event, ...more] = read(...given);
  assert.deepEqual(more, []);
  return event!;
};
const reason = (...given: Parameters<typeof read>) => {
  const event = only(...given);
  return event.kind === 'ignored' ? event.reason : JSON.stringify(event);
};

test('pushes to branches, by the names that each host uses', () => {
  const push = (sender: string, branch = 'main') => ({ kind: 'push', branch, sender });
  assert.deepEqual(only('github', 'push', githubPush()), push('octocat'));
  assert.deepEqual(only('gitea', 'push', giteaPush({ ref: 'refs/heads/feature/a' })), push('gitea', 'feature/a'));
  assert.deepEqual(only('gitlab', 'Push Hook', gitlabPush()), push('jsmith'));
  assert.deepEqual(read('bitbucket', 'repo:push', bitbucketPush('main', 'next')), [push('emmap1'), push('emmap1', 'next')]);
});

test('tags, deletions and other refs are ignored with the reason', () => {
  assert.match(reason('github', 'push', githubPush({ ref: 'refs/tags/v1' })), /tags are not released/);
  assert.match(reason('github', 'push', githubPush({ ref: 'refs/notes/x' })), /is no branch/);
  assert.match(reason('github', 'push', githubPush({ after: ZERO })), /main was deleted/);
  assert.match(reason('gitlab', 'Push Hook', gitlabPush({ after: ZERO })), /main was deleted/);
  assert.match(reason('gitlab', 'Tag Push Hook', gitlabPush({ ref: 'refs/tags/v1' })), /tags are not released/);
  assert.match(reason('gitea', 'push', giteaPush({ after: ZERO })), /main was deleted/);
  assert.match(reason('bitbucket', 'repo:push', bitbucketPush({ tag: 'v1' })), /tags are not released/);
  assert.match(reason('bitbucket', 'repo:push', bitbucketPush({ gone: 'old' })), /old was deleted/);
  assert.match(reason('github', 'ping', githubPing), /pong/);
});

test('pull and merge requests open, move and close; titles and labels are nothing', () => {
  const pull = (action: 'open' | 'close', sender: string, fork = false) => ({
    ...{ kind: 'pull', action, number: 7, branch: 'feature', fork, sender },
  });
  for (const action of ['opened', 'reopened', 'synchronize'])
    assert.deepEqual(only('github', 'pull_request', githubPull({ action })), pull('open', 'octocat'));
  assert.deepEqual(only('github', 'pull_request', githubPull({ action: 'closed' })), pull('close', 'octocat'));
  assert.match(reason('github', 'pull_request', githubPull({ action: 'edited' })), /being edited/);
  for (const event of ['pull_request', 'pull_request_sync'])
    assert.deepEqual(only('gitea', event, giteaPull({ action: 'synchronized' })), pull('open', 'gitea'));
  for (const action of ['open', 'reopen'])
    assert.deepEqual(only('gitlab', 'Merge Request Hook', gitlabMerge({ action })), pull('open', 'root'));
  assert.deepEqual(only('gitlab', 'Merge Request Hook', gitlabMerge({ action: 'update' }, ZERO)), pull('open', 'root'));
  assert.match(reason('gitlab', 'Merge Request Hook', gitlabMerge({ action: 'update' })), /changed by update/);
  for (const action of ['close', 'merge'])
    assert.deepEqual(only('gitlab', 'Merge Request Hook', gitlabMerge({ action })), pull('close', 'root'));
  for (const event of ['pullrequest:created', 'pullrequest:updated'])
    assert.deepEqual(only('bitbucket', event, bitbucketPull()), pull('open', 'emmap1'));
  for (const event of ['pullrequest:fulfilled', 'pullrequest:rejected'])
    assert.deepEqual(only('bitbucket', event, bitbucketPull()), pull('close', 'emmap1'));
});

test('a fork is known as one, also when it was deleted', () => {
  const isFork = (...given: Parameters<typeof read>) => (only(...given) as { fork?: boolean }).fork;
  assert.equal(isFork('github', 'pull_request', githubPull({ action: 'opened', fork: true })), true);
  assert.equal(isFork('gitea', 'pull_request', giteaPull({ action: 'opened', fork: true })), true);
  assert.equal(isFork('gitlab', 'Merge Request Hook', gitlabMerge({ action: 'open', fork: true })), true);
  assert.equal(isFork('bitbucket', 'pullrequest:created', bitbucketPull({ fork: true })), true);
  const gone = githubPull({ action: 'opened' });
  const head = { ...gone.pull_request.head, repo: null };
  assert.equal(isFork('github', 'pull_request', { ...gone, pull_request: { ...gone.pull_request, head } }), true);
});

test('whatever is sent is read without a throw, and what lacks its parts is said to', () => {
  for (const provider of repositoryProviders)
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (event, payload) => {
        for (const { kind } of repositoryEvents(provider, event, payload).events) assert.equal(kind, 'ignored');
      }),
      { numRuns: 50 },
    );
  assert.match(reason('github', 'push', { ...githubPush(), ref: 5 }), /not complete/);
  assert.match(reason('bitbucket', 'repo:push', { ...bitbucketPush(), push: null }), /not complete/);
  assert.equal(read('bitbucket', 'repo:push', bitbucketPush(...Array<string>(500).fill('main'))).length, 20);
});
