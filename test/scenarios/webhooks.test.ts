import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { bitbucketPush, giteaPush, githubPull, githubPush, gitlabPush } from '../../src/model/repository-payloads.fixture.ts';
import { type Elsewhere, openElsewhere } from '../../src/paas/webhooks/elsewhere.fixture.ts';
import { hmac } from '../../src/paas/webhooks/webhooks.fixture.ts';
import { clients, createRole } from '../support/deploy.ts';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';

const MANIFEST = '[[routes]]\nroute = "GET /"\nfunction = "web"\n\n[buckets.photos]\n';
const code = (word: string) =>
  `exports.handler = async () => ${JSON.stringify(word)} + ' ' + process.env.GREETING + ' ' + process.env.BUCKET_PHOTOS;\n`;

/** Stand for what is known only when it is connected. */
const SECRET = '(secret)';
const HMAC = '(hmac)';

interface Host {
  readonly provider: string;
  /** That git gives with the token. */
  readonly user: string;
  readonly payload: object;
  readonly sign: Readonly<Record<string, string>>;
}

suite('a repository elsewhere', { timeout: 180_000 }, () => {
  let platform: Platform;
  let elsewhere: Elsewhere;
  const directory = temporaryDirectory();
  const start = () => startPlatform({ directory, config: '[egress]\nallow = [{ to = "127.0.0.1" }]\n' });
  before(async () => {
    elsewhere = await openElsewhere();
    platform = await start();
  });
  after(async () => {
    await platform?.stop();
    await elsewhere?.close();
    removeDirectory(directory);
  });

  // biome-ignore lint/suspicious/noExplicitAny: an answer
  const api = async (method: string, path: string, body?: object): Promise<any> => {
    const response = await fetch(`${platform.url}/_dalamb/api${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  };
  let link: { repository: { webhook: string }; secret: string };
  const send = async (event: string, payload: object, delivery: string) => {
    const body = JSON.stringify(payload);
    const signature = `sha256=${hmac(link.secret, body)}`;
    const headers = { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': delivery };
    const response = await fetch(`${platform.url}${new URL(link.repository.webhook).pathname}`, {
      method: 'POST',
      headers: { ...headers, 'x-hub-signature-256': signature },
      body,
    });
    assert.equal(response.status, 202, await response.text());
  };
  const deliveries = async () => (await api('GET', '/apps/shop/repository')).deliveries as { state: string; detail: string }[];
  const settled = async () => {
    for (let left = 600; (await deliveries()).some(({ state }) => state === 'queued'); left--) {
      assert.ok(left > 0, JSON.stringify(await deliveries()));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return (await deliveries())[0]!;
  };

  test('a push there releases here; a pull request runs beside it until it is closed', async () => {
    const role = await createRole(clients(platform.url), 'runner');
    await api('POST', '/apps', { name: 'shop', role });
    await api('PUT', '/apps/shop/config', { set: { GREETING: 'hello', SECRET: 'x' } });
    await api('PUT', '/apps/shop/review-settings', { omit: ['SECRET'] });
    const asked = { provider: 'github', url: elsewhere.url, apiUrl: elsewhere.api, branches: { main: 'default' }, reviews: true };
    link = await api('POST', '/apps/shop/repository', { ...asked, credentials: { token: 't0ken' } });
    const files = { Procfile: 'web: index.handler\n', 'dalamb.toml': MANIFEST };
    await elsewhere.commit('main', { ...files, 'index.js': code('main') });
    await send('push', githubPush(), 'd-1');
    const pushed = await settled();
    assert.equal(pushed.state, 'done', pushed.detail);
    const { urls } = await api('GET', '/apps/shop');
    const home = String(urls[0]).replace(/^.* /, '');
    assert.equal(await text(home, platform.url), 'main hello shop-photos');
    assert.deepEqual(
      elsewhere.told.map(({ body }) => body.state),
      ['pending', 'success'],
    );

    await elsewhere.commit('feature', { 'index.js': code('feature') });
    await send('pull_request', githubPull({ action: 'opened' }), 'd-2');
    const opened = await settled();
    assert.equal(opened.state, 'done', opened.detail);
    const [review] = (await api('GET', '/apps/shop/reviews')).reviews;
    assert.equal(await text(review.urls[0], platform.url), `feature hello shop-photos-${review.environment}`);
    assert.equal(await text(home, platform.url), 'main hello shop-photos');
    const told = elsewhere.told.at(-1)!;
    assert.equal(told.path, '/api/v1/repos/acme/shop/issues/7/comments');
    assert.ok(told.body.body.includes(review.urls[0]));
    const { config } = await api('GET', `/apps/shop/config?account=${review.account}`);
    assert.deepEqual(config, { GREETING: 'hello' });

    const there = clients(platform.url, { accessKeyId: review.account, secretAccessKey: 'test' });
    await there.s3.putObject({ Bucket: `shop-photos-${review.environment}`, Key: 'a', Body: 'a' });
    await send('pull_request', githubPull({ action: 'closed' }), 'd-3');
    const closed = await settled();
    assert.equal(closed.state, 'done', closed.detail);
    assert.deepEqual((await api('GET', '/apps/shop/reviews')).reviews, []);
    assert.deepEqual((await there.lambda.listFunctions({})).Functions, []);
    assert.deepEqual((await there.s3.listBuckets({})).Buckets ?? [], []);
    assert.equal(await text(home, platform.url), 'main hello shop-photos');
    assert.ok(!platform.log().includes('t0ken'), platform.log());
  });

  test('killed at any moment after its answer, what was told is done by the next start', async () => {
    for (const [i, wait] of [0, 150, 400].entries()) {
      const commit = await elsewhere.commit('main', { 'index.js': code(`killed ${i}`) });
      await send('push', githubPush(), `k-${i}`);
      await new Promise((resolve) => setTimeout(resolve, wait));
      await platform.kill();
      platform = await start();
      const end = await settled();
      assert.equal(end.state, 'done', `${wait} ms: ${end.detail}`);
      const { release, urls } = await api('GET', '/apps/shop');
      assert.deepEqual([release.commit, release.state], [commit, 'current']);
      assert.match(await text(String(urls[0]).replace(/^.* /, ''), platform.url), new RegExp(`^killed ${i} hello`));
    }
  });

  test('a push of each host is a release, told in its own words', async () => {
    const hosts: readonly Host[] = [
      {
        provider: 'gitlab',
        user: 'oauth2',
        payload: gitlabPush(),
        sign: { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': SECRET },
      },
      {
        provider: 'bitbucket',
        user: 'x-token-auth',
        payload: bitbucketPush('main'),
        sign: { 'x-event-key': 'repo:push', 'x-hub-signature': `sha256=${HMAC}` },
      },
      { provider: 'gitea', user: 'oauth2', payload: giteaPush(), sign: { 'x-gitea-event': 'push', 'x-gitea-signature': HMAC } },
    ];
    for (const { provider, user, payload, sign } of hosts) {
      elsewhere.password = `${user}:t0ken`;
      const asked = { provider, url: elsewhere.url, apiUrl: elsewhere.api, branches: { main: 'default' } };
      const { repository, secret } = await api('POST', '/apps/shop/repository', { ...asked, credentials: { token: 't0ken' } });
      const commit = await elsewhere.commit('main', { 'index.js': code(provider) });
      const body = JSON.stringify(payload);
      const proof = (text: string) => text.replace(SECRET, secret).replace(HMAC, hmac(secret, body));
      const headers = Object.fromEntries(Object.entries(sign).map(([name, value]) => [name, proof(value)]));
      const sent = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
      assert.equal((await fetch(repository.webhook, sent)).status, 202, provider);
      const end = await settled();
      assert.equal(end.state, 'done', `${provider}: ${end.detail}`);
      const { release } = await api('GET', '/apps/shop');
      assert.deepEqual([release.commit, release.author.split(':')[0]], [commit, provider]);
      const told = elsewhere.told.at(-1)!;
      assert.ok(told.path.includes(commit) && /^success/i.test(told.body.state), JSON.stringify(told));
    }
    elsewhere.password = 'x-access-token:t0ken';
  });
});

/** By the path form: names below localhost do not resolve everywhere. */
async function text(url: string, platform: string): Promise<string> {
  const { hostname, pathname } = new URL(url);
  const id = hostname.split('.')[0];
  const response = await fetch(`${platform}/_dalamb/execute-api/${id}/$default${pathname}`);
  return response.text();
}
