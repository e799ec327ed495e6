import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import {
  bitbucketPush,
  giteaPush,
  githubPing,
  githubPull,
  githubPush,
  gitlabMerge,
  gitlabPush,
  ZERO,
} from '../../model/repository-payloads.fixture.ts';
import { stages } from '../collections.ts';
import { HOME, hmac, openWebhookRoom, STAGING, until, type WebhookRoom } from './webhooks.fixture.ts';

let room: WebhookRoom;
let deliveries = 0;
before(async () => {
  room = await openWebhookRoom();
});
after(() => room.close());

const TOKEN = { token: 't0ken' };

async function connect(more: Record<string, unknown> = {}) {
  const { url, api } = room.elsewhere;
  const asked = {
    provider: 'github',
    url,
    apiUrl: api,
    credentials: TOKEN,
    branches: { main: 'prod', develop: 'staging' },
    ...more,
  };
  const answer = await room.control('POST', asked);
  assert.ok(answer.secret, JSON.stringify(answer));
  return { hook: answer.repository.webhook as string, secret: answer.secret as string, answer };
}

interface Github {
  readonly hook: string;
  readonly secret: string;
}

function github({ hook, secret }: Github, event: string, payload: object, delivery = `d-${++deliveries}`) {
  const body = JSON.stringify(payload);
  const headers = {
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${hmac(secret, body)}`,
  };
  return room.send(hook, headers, body);
}

const outcomes = async () => (await room.control('GET')).deliveries as { state: string; detail: string; delivery: string }[];
const settled = () => until(async () => (await outcomes()).every(({ state }) => state !== 'queued'));

test('a push to GitHub is a release of the branch as it is, in its environment, told to GitHub before and after', async () => {
  const link = await connect();
  const commit = await room.elsewhere.commit('main', { Procfile: 'web: web.handler\n' });
  const answer = await github(link, 'push', githubPush({ after: commit }), 'first');
  assert.deepEqual(
    [answer.status, answer.body],
    [202, { delivery: 'first', results: [{ state: 'queued', lane: 'shop push main' }] }],
  );
  await settled();
  const [made] = room.deployed;
  assert.deepEqual([made!.app, made!.account, made!.commit, made!.author], ['shop', HOME, commit, 'github:octocat']);
  assert.match(made!.source, /Procfile[\s\S]*web: web\.handler/);
  const [pending, success] = room.elsewhere.told;
  assert.equal(pending!.path, `/api/v1/repos/acme/shop/statuses/${commit}`);
  assert.deepEqual(
    [pending!.body.state, pending!.body.context, pending!.authorization],
    ['pending', 'dalamb/prod', 'Bearer t0ken'],
  );
  assert.deepEqual([success!.body.state, success!.body.description], ['success', 'released as v1']);
  assert.match(
    success!.body.target_url,
    /^http:\/\/127\.0\.0\.1:\d+\/_dalamb\/api\/v1\/apps\/shop\/releases\/1\?account=000000000000$/,
  );
  const replayed = await github(link, 'push', githubPush({ after: commit }), 'first');
  assert.deepEqual([replayed.status, replayed.body.results[0].state], [202, 'done']);
  assert.match(replayed.body.results[0].detail, /^known already: /);
  assert.equal(room.deployed.length, 1);
});

test('each branch has its environment; other branches, tags, deletions and unknown events are answered with the reason', async () => {
  const link = await connect();
  const before = room.deployed.length;
  await room.elsewhere.commit('develop', { a: '1' });
  await github(link, 'push', githubPush({ ref: 'refs/heads/develop' }));
  await settled();
  assert.deepEqual(
    room.deployed.slice(before).map(({ account }) => account),
    [STAGING],
  );
  const reason = async (event: string, payload: object) => (await github(link, event, payload)).body.results[0];
  assert.deepEqual(await reason('push', githubPush({ ref: 'refs/heads/other' })), {
    state: 'ignored',
    detail: 'no environment is released from branch other',
  });
  assert.match((await reason('push', githubPush({ ref: 'refs/tags/v1' }))).detail, /tags are not released/);
  assert.match((await reason('push', githubPush({ after: ZERO }))).detail, /main was deleted: what runs stays/);
  assert.match((await reason('star', {})).detail, /nothing comes of "star" events/);
  assert.match((await reason('ping', githubPing)).detail, /pong/);
  const other = { ...githubPush(), repository: { full_name: 'acme/other' } };
  assert.match((await reason('push', other)).detail, /of acme\/other, and shop is connected to acme\/shop/);
  assert.equal(room.deployed.length, before + 1);
});

test('nothing is believed without the signature, and nothing of the secrets is shown', async () => {
  const link = await connect();
  const body = JSON.stringify(githubPush());
  const event = { 'x-github-event': 'push', 'x-github-delivery': 'forged' };
  const attempts: Record<string, string>[] = [
    {},
    { 'x-hub-signature-256': 'sha256=' },
    { 'x-hub-signature-256': `sha256=${hmac('another', body)}` },
    { 'x-hub-signature-256': `sha256=${hmac(link.secret, `${body} `)}` },
    { 'x-gitlab-token': link.secret },
  ];
  for (const headers of attempts) assert.equal((await room.send(link.hook, { ...event, ...headers }, body)).status, 401);
  const signed = { ...event, 'x-hub-signature-256': `sha256=${hmac(link.secret, body)}` };
  assert.equal(
    (
      await room.send(
        link.hook.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
        signed,
        body,
      )
    ).status,
    404,
  );
  assert.equal((await room.send(`${new URL(link.hook).origin}/_dalamb/hooks/${'a'.repeat(32)}`, {}, body)).status, 418);
  const shown = JSON.stringify(await room.control('GET'));
  for (const hidden of [link.secret, 't0ken']) assert.ok(!shown.includes(hidden));
  const old = link.hook;
  await connect();
  assert.equal((await room.send(old, signed, body)).status, 404);
  const form = `payload=${encodeURIComponent(JSON.stringify(githubPing))}`;
  const again = await connect();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-hub-signature-256': `sha256=${hmac(again.secret, form)}`,
  };
  assert.match((await room.send(again.hook, { ...headers, 'x-github-event': 'ping' }, form)).body.results[0].detail, /pong/);
  const broken = await room.send(again.hook, { ...event, 'x-hub-signature-256': `sha256=${hmac(again.secret, '{')}` }, '{');
  assert.equal(broken.status, 400);
  assert.equal((await room.send(again.hook, event, 'x'.repeat(5 * 2 ** 20 + 1))).status, 413);
});

test('a failed build is told and said; delivered again it is tried again', async () => {
  const link = await connect();
  const commit = await room.elsewhere.commit('main', { a: 'broken' });
  room.build = async () => {
    throw fail('BuildFailed', 'npm ci ended with 1');
  };
  const told = room.elsewhere.told.length;
  await github(link, 'push', githubPush(), 'failing');
  await settled();
  assert.deepEqual((await outcomes())[0], {
    ...(await outcomes())[0],
    state: 'failed',
    detail: 'npm ci ended with 1',
    delivery: 'failing',
  });
  const reports = room.elsewhere.told.slice(told);
  assert.deepEqual(
    reports.map(({ body }) => [body.state, body.description]),
    [
      ['pending', 'building'],
      ['failure', 'npm ci ended with 1'],
    ],
  );
  room.build = async () => {};
  assert.equal((await github(link, 'push', githubPush(), 'failing')).body.results[0].state, 'queued');
  await settled();
  assert.equal(room.deployed.at(-1)!.commit, commit);
});

test('a report that cannot be made fails nothing: it is tried again, refused, or the host is closed', async () => {
  const link = await connect();
  const told = room.elsewhere.told.length;
  room.elsewhere.answers.push(500, 503, 201, 401);
  await room.elsewhere.commit('main', { a: '2' });
  await github(link, 'push', githubPush());
  await settled();
  assert.deepEqual((await outcomes())[0]!.state, 'done');
  assert.deepEqual(
    room.elsewhere.told.slice(told).map(({ body }) => body.state),
    ['pending', 'pending', 'pending', 'success'],
  );
});

test('wrong credentials are tried again a few times, then said without them', async () => {
  const { url, api } = room.elsewhere;
  const link = await connect({ credentials: { user: 'ann', password: 's3cret-w0rd' }, url, apiUrl: api });
  const before = room.deployed.length;
  await github(link, 'push', githubPush());
  await settled();
  const [last] = await outcomes();
  const { state, detail } = last!;
  assert.equal(state, 'failed');
  assert.match(detail, /cannot be fetched/);
  assert.ok(!JSON.stringify(last).includes('s3cret-w0rd'));
  assert.equal((last as unknown as { attempts: number }).attempts, 3);
  assert.equal(room.deployed.length, before);
});

test('the last push stands for all that wait behind a build', async () => {
  const link = await connect();
  let go: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  room.build = () => held;
  await room.elsewhere.commit('main', { a: '3' });
  const before = room.deployed.length;
  await github(link, 'push', githubPush());
  await until(() => room.elsewhere.told.at(-1)!.body.state === 'pending');
  for (const delivery of ['waits-1', 'waits-2']) await github(link, 'push', githubPush(), delivery);
  const queued = (await outcomes()).filter(({ state }) => state === 'queued').map(({ delivery }) => delivery);
  assert.deepEqual([queued.length, queued[0]], [2, 'waits-2'], 'what runs, and the last that waits');
  const last = await room.elsewhere.commit('main', { a: '4' });
  go();
  await settled();
  room.build = async () => {};
  assert.deepEqual(
    room.deployed
      .slice(before)
      .map(({ commit }) => commit)
      .at(-1),
    last,
  );
  assert.equal(room.deployed.length, before + 2);
  assert.equal((await outcomes()).find(({ delivery }) => delivery === 'waits-1')!.state, 'superseded');
});

test('GitLab: by its token or its signature, and statuses in its words', async () => {
  room.elsewhere.password = 'oauth2:t0ken';
  const link = await connect({ provider: 'gitlab', reviews: true });
  const commit = await room.elsewhere.commit('main', { a: 'gitlab' });
  const body = JSON.stringify(gitlabPush({ after: commit }));
  const event = { 'x-gitlab-event': 'Push Hook', 'idempotency-key': 'gl-1' };
  assert.equal((await room.send(link.hook, { ...event, 'x-gitlab-token': 'wrong' }, body)).status, 401);
  assert.equal((await room.send(link.hook, { ...event, 'x-gitlab-token': link.secret }, body)).body.results[0].state, 'queued');
  await settled();
  assert.deepEqual([room.deployed.at(-1)!.commit, room.deployed.at(-1)!.author], [commit, 'gitlab:jsmith']);
  const [pending, success] = room.elsewhere.told.slice(-2);
  assert.equal(success!.path, `/api/v1/projects/acme%2Fshop/statuses/${commit}`);
  assert.deepEqual([pending!.body.state, success!.body.state, success!.body.name], ['running', 'success', 'dalamb/prod']);
  const merge = JSON.stringify(gitlabMerge({ action: 'open' }));
  const signed = await standard(link.secret, merge, Math.floor(Date.now() / 1000));
  const headers = { 'x-gitlab-event': 'Merge Request Hook', 'idempotency-key': 'm-1', ...signed };
  assert.equal((await room.send(link.hook, headers, merge)).body.results[0].state, 'queued');
  await settled();
  assert.deepEqual(room.pulls.at(-1), ['opened', { app: 'shop', branch: 'feature', number: 7, author: 'gitlab:root' }]);
  const stale = await standard(link.secret, merge, Math.floor(Date.now() / 1000) - 3600);
  const both = { ...headers, ...stale, 'x-gitlab-token': link.secret };
  assert.equal((await room.send(link.hook, both, merge)).status, 401);
});

async function standard(secret: string, body: string, seconds: number) {
  const { createHmac } = await import('node:crypto');
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`id-1.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': 'id-1', 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}

test('Bitbucket: several branches of one push are several releases', async () => {
  room.elsewhere.password = 'x-token-auth:t0ken';
  const link = await connect({ provider: 'bitbucket' });
  const commit = await room.elsewhere.commit('main', { a: 'bitbucket' });
  await room.elsewhere.commit('develop', { a: 'bitbucket develop' });
  const body = JSON.stringify(bitbucketPush('main', 'develop', { tag: 'v1' }, { gone: 'old' }));
  const headers = {
    'x-event-key': 'repo:push',
    'x-request-uuid': 'bb-1',
    'x-hub-signature': `sha256=${hmac(link.secret, body)}`,
  };
  const before = room.deployed.length;
  const answer = await room.send(link.hook, headers, body);
  assert.deepEqual(
    answer.body.results.map(({ state }: { state: string }) => state),
    ['queued', 'queued', 'ignored', 'ignored'],
  );
  await settled();
  assert.deepEqual(
    room.deployed
      .slice(before)
      .map(({ account }) => account)
      .sort(),
    [HOME, STAGING],
  );
  const paths = room.elsewhere.told.filter(({ body: { state } }) => state === 'SUCCESSFUL').map(({ path }) => path);
  assert.ok(paths.includes(`/api/v1/repositories/acme/shop/commit/${commit}/statuses/build`));
});

test('Gitea: signed in hexadecimal, statuses as on GitHub with its own word for tokens', async () => {
  room.elsewhere.password = 'oauth2:t0ken';
  const link = await connect({ provider: 'gitea' });
  const commit = await room.elsewhere.commit('main', { a: 'gitea' });
  const body = JSON.stringify(giteaPush({ after: commit }));
  const headers = { 'x-gitea-event': 'push', 'x-gitea-delivery': 'gt-1', 'x-gitea-signature': hmac(link.secret, body) };
  assert.equal((await room.send(link.hook, headers, body)).body.results[0].state, 'queued');
  await settled();
  const told = room.elsewhere.told.at(-1)!;
  assert.deepEqual([told.path, told.authorization], [`/api/v1/repos/acme/shop/statuses/${commit}`, 'token t0ken']);
  room.elsewhere.password = 'x-access-token:t0ken';
});

test('pull requests go to review apps where they are on; those of forks never', async () => {
  const off = await connect();
  const reason = async (link: Github, payload: object) => (await github(link, 'pull_request', payload)).body.results[0];
  assert.match((await reason(off, githubPull({ action: 'opened' }))).detail, /review apps are off/);
  const on = await connect({ reviews: true });
  assert.match((await reason(on, githubPull({ action: 'opened', fork: true }))).detail, /forks get no review app/);
  assert.match((await reason(on, githubPull({ action: 'labeled' }))).detail, /being labeled/);
  const before = room.pulls.length;
  await reason(on, githubPull({ action: 'synchronize' }));
  await settled();
  await reason(on, githubPull({ action: 'closed' }));
  await settled();
  assert.deepEqual(
    room.pulls.slice(before).map(([word]) => word),
    ['opened', 'closed'],
  );
});

test('settings that cannot be used are refused by name', async () => {
  const { url } = room.elsewhere;
  const refused = async (more: object, code = 'InvalidRequest') => {
    const { error } = await room.control('POST', { provider: 'github', url, branches: { main: 'prod' }, ...more });
    assert.equal(error?.code, code, JSON.stringify(more));
    return error.message as string;
  };
  assert.match(await refused({ provider: 'svn' }), /provider is one of github/);
  assert.match(await refused({ url: 'https://ann:pw@github.com/a/b' }), /no user or password/);
  assert.match(await refused({ url: 'file:///etc/passwd' }), /https:\/\//);
  assert.match(await refused({ url: 'https://github.com/alone' }), /owner and name/);
  assert.match(await refused({ branches: { 'a..b': 'prod' } }), /no name of a branch/);
  assert.match(await refused({ branches: { main: 'nowhere' } }, 'NoSuchThing'), /environment nowhere/);
  const hidden = await refused({ credentials: { token: 'a\nb' } });
  assert.ok(!hidden.includes('a\nb'));
  for (const credentials of [null, 'text', [], {}, { user: 'a' }]) await refused({ credentials });
  await refused({ colour: 'red' });
  const stagesOf = async () =>
    (await room.store.read.range(stages, { prefix: ['shop'], limit: 10 })).items.map((one) => one.account);
  await room.store.transact((tx) => tx.delete(stages, ['shop', STAGING]));
  await refused({ provider: 'svn', branches: { develop: 'staging' } });
  await refused({ branches: { develop: 'staging', main: 'nowhere' } }, 'NoSuchThing');
  assert.ok(!(await stagesOf()).includes(STAGING), 'what is refused makes nothing');
  await connect();
  assert.equal((await room.control('DELETE')).disconnected, 'shop');
  assert.equal((await room.control('GET')).error.code, 'NoSuchThing');
});
