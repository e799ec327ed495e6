import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiOf, type CommitReport, commentRequest, type RepositoryPlace, statusRequest } from './repository-reports.ts';

const COMMIT = 'bffeb74224043ba2feb48d137756c8a9331c449a';
const report: CommitReport = { commit: COMMIT, state: 'success', description: 'd', url: 'http://u', context: 'dalamb/prod' };
const place = (provider: RepositoryPlace['provider'], repository = 'acme/shop') => ({ provider, api: 'https://api', repository });

test('statuses of commits go to each documented path in its words', () => {
  const body = { state: 'success', description: 'd', target_url: 'http://u', context: 'dalamb/prod' };
  for (const provider of ['github', 'gitea'] as const)
    assert.deepEqual(statusRequest(place(provider), report), { url: `https://api/repos/acme/shop/statuses/${COMMIT}`, body });
  const gitlab = statusRequest(place('gitlab', 'acme/group/shop'), { ...report, state: 'failure' });
  assert.equal(gitlab.url, `https://api/projects/acme%2Fgroup%2Fshop/statuses/${COMMIT}`);
  assert.deepEqual(gitlab.body, { state: 'failed', description: 'd', target_url: 'http://u', name: 'dalamb/prod' });
  const bitbucket = statusRequest(place('bitbucket'), { ...report, state: 'pending', context: 'x'.repeat(60) });
  assert.equal(bitbucket.url, `https://api/repositories/acme/shop/commit/${COMMIT}/statuses/build`);
  assert.deepEqual([bitbucket.body.state, String(bitbucket.body.key).length], ['INPROGRESS', 40]);
});

test('descriptions are one line of at most 140 characters', () => {
  const { body } = statusRequest(place('github'), { ...report, description: `a\n b${'c'.repeat(200)}` });
  assert.match(String(body.description), /^a bc{136}…$/);
});

test('comments on pull and merge requests', () => {
  assert.deepEqual(commentRequest(place('github'), 7, 't'), {
    url: 'https://api/repos/acme/shop/issues/7/comments',
    body: { body: 't' },
  });
  assert.equal(commentRequest(place('gitlab'), 7, 't').url, 'https://api/projects/acme%2Fshop/merge_requests/7/notes');
  assert.deepEqual(commentRequest(place('bitbucket'), 7, 't'), {
    url: 'https://api/repositories/acme/shop/pullrequests/7/comments',
    body: { content: { raw: 't' } },
  });
});

test('the API of the services themselves, and of hosts of your own', () => {
  const of = (provider: RepositoryPlace['provider'], url: string) => apiOf(provider, new URL(url));
  assert.equal(of('github', 'https://github.com/a/b'), 'https://api.github.com');
  assert.equal(of('github', 'https://git.example:8443/a/b'), 'https://git.example:8443/api/v3');
  assert.equal(of('gitlab', 'https://gitlab.com/a/b'), 'https://gitlab.com/api/v4');
  assert.equal(of('bitbucket', 'https://bitbucket.org/a/b'), 'https://api.bitbucket.org/2.0');
  assert.equal(of('gitea', 'http://127.0.0.1:3000/a/b'), 'http://127.0.0.1:3000/api/v1');
});
