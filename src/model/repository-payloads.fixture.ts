/** Payloads as the four hosts document them, cut to what their pages name. */

export const COMMIT = 'bffeb74224043ba2feb48d137756c8a9331c449a';
const BEFORE = '28e1879d029cb852e4844d9c718537df08844e03';
export const ZERO = '0'.repeat(40);

interface Push {
  readonly ref?: string;
  readonly after?: string;
}

interface Pull {
  readonly action: string;
  readonly branch?: string;
  /** Of another repository. */
  readonly fork?: boolean;
  readonly number?: number;
}

/** https://docs.github.com/webhooks/webhook-events-and-payloads#push */
export const githubPush = ({ ref = 'refs/heads/main', after = COMMIT }: Push = {}) => ({
  ref,
  before: BEFORE,
  after,
  repository: { id: 1, name: 'shop', full_name: 'acme/shop', private: true, owner: { login: 'acme' }, default_branch: 'main' },
  pusher: { name: 'octocat', email: 'octocat@example.org' },
  sender: { login: 'octocat', id: 2, type: 'User' },
  created: false,
  deleted: after === ZERO,
  forced: false,
  base_ref: null,
  compare: 'https://github.com/acme/shop/compare/28e1879d029c...bffeb7422404',
  commits: [{ id: after, tree_id: BEFORE, distinct: true, message: 'change', added: [], removed: [], modified: ['web.mjs'] }],
  head_commit: after === ZERO ? null : { id: after, message: 'change', timestamp: '2026-01-01T00:00:00Z' },
});

/** …#pull_request */
export const githubPull = ({ action, branch = 'feature', fork = false, number = 7 }: Pull) => ({
  action,
  number,
  pull_request: {
    id: 9,
    number,
    state: action === 'closed' ? 'closed' : 'open',
    title: 'A feature',
    merged: false,
    head: { label: `acme:${branch}`, ref: branch, sha: COMMIT, repo: { full_name: fork ? 'mallory/shop' : 'acme/shop', fork } },
    base: { label: 'acme:main', ref: 'main', sha: BEFORE, repo: { full_name: 'acme/shop', fork: false } },
  },
  repository: { id: 1, name: 'shop', full_name: 'acme/shop' },
  sender: { login: 'octocat', id: 2 },
});

export const githubPing = { zen: 'Keep it logically awesome.', hook_id: 5, repository: { full_name: 'acme/shop' } };

/** https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events */
export const gitlabPush = ({ ref = 'refs/heads/main', after = COMMIT }: Push = {}) => ({
  object_kind: 'push',
  event_name: 'push',
  before: BEFORE,
  after,
  ref,
  ref_protected: true,
  checkout_sha: after === ZERO ? null : after,
  user_id: 4,
  user_name: 'John Smith',
  user_username: 'jsmith',
  project_id: 15,
  project: { id: 15, name: 'Shop', namespace: 'acme', path_with_namespace: 'acme/shop', default_branch: 'main' },
  commits: [
    { id: after, message: 'change', author: { name: 'John', email: 'john@example.org' }, added: [], modified: [], removed: [] },
  ],
  total_commits_count: 1,
});

/** …#merge-request-events */
export const gitlabMerge = ({ action, branch = 'feature', fork = false, number = 7 }: Pull, oldrev?: string) => ({
  object_kind: 'merge_request',
  event_type: 'merge_request',
  user: { id: 1, name: 'Administrator', username: 'root' },
  project: { id: 15, name: 'Shop', path_with_namespace: 'acme/shop' },
  object_attributes: {
    id: 99,
    iid: number,
    target_branch: 'main',
    source_branch: branch,
    source_project_id: fork ? 14 : 15,
    target_project_id: 15,
    title: 'A feature',
    state: 'opened',
    last_commit: { id: COMMIT, message: 'change' },
    action,
    ...(oldrev && { oldrev }),
  },
  labels: [],
  changes: {},
});

/** https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Push */
export const bitbucketPush = (...names: (string | { readonly tag: string } | { readonly gone: string })[]) => ({
  actor: { type: 'user', display_name: 'Emma', nickname: 'emmap1', uuid: '{a}' },
  repository: { type: 'repository', name: 'shop', full_name: 'acme/shop', uuid: '{b}', is_private: true },
  push: { changes: names.map(changeOf) },
});

function changeOf(name: string | { readonly tag: string } | { readonly gone: string }) {
  const at = (type: string, text: string) => ({ type, name: text, target: { type: 'commit', hash: COMMIT, message: 'change' } });
  if (typeof name === 'string')
    return { new: at('branch', name), old: at('branch', name), created: false, forced: false, closed: false, truncated: false };
  if ('tag' in name) return { new: at('tag', name.tag), old: null, created: true, forced: false, closed: false };
  return { new: null, old: at('branch', name.gone), created: false, forced: false, closed: true };
}

/** …#Pull-request-events; commits of pull requests are cut to twelve digits there. */
export const bitbucketPull = ({ branch = 'feature', fork = false, number = 7 }: Omit<Pull, 'action'> = {}) => ({
  actor: { type: 'user', display_name: 'Emma', nickname: 'emmap1' },
  repository: { type: 'repository', full_name: 'acme/shop' },
  pullrequest: {
    id: number,
    title: 'A feature',
    state: 'OPEN',
    source: {
      branch: { name: branch },
      commit: { hash: COMMIT.slice(0, 12) },
      repository: { full_name: fork ? 'mallory/shop' : 'acme/shop' },
    },
    destination: { branch: { name: 'main' }, commit: { hash: BEFORE.slice(0, 12) }, repository: { full_name: 'acme/shop' } },
  },
});

/** https://docs.gitea.com/usage/webhooks */
export const giteaPush = ({ ref = 'refs/heads/main', after = COMMIT }: Push = {}) => ({
  ref,
  before: BEFORE,
  after,
  compare_url: `http://localhost:3000/acme/shop/compare/${BEFORE}...${after}`,
  commits: [{ id: after, message: 'Webhooks Yay!', author: { name: 'Gitea', email: 'someone@gitea.io', username: 'gitea' } }],
  total_commits: 1,
  repository: { id: 140, name: 'shop', full_name: 'acme/shop', private: false, fork: false, default_branch: 'main' },
  pusher: { id: 1, login: 'gitea', username: 'gitea' },
  sender: { id: 1, login: 'gitea', username: 'gitea' },
});

export const giteaPull = ({ action, branch = 'feature', fork = false, number = 7 }: Pull) => ({
  action,
  number,
  pull_request: {
    id: 3,
    number,
    title: 'A feature',
    state: 'open',
    head: {
      label: branch,
      ref: branch,
      sha: COMMIT,
      repo_id: fork ? 141 : 140,
      repo: { full_name: fork ? 'mallory/shop' : 'acme/shop' },
    },
    base: { label: 'main', ref: 'main', sha: BEFORE, repo_id: 140, repo: { full_name: 'acme/shop' } },
  },
  repository: { id: 140, full_name: 'acme/shop' },
  sender: { login: 'gitea' },
});
