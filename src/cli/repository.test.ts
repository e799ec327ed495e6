import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb, NOW } from './command.fixture.ts';

const repository = {
  provider: 'github',
  url: 'https://github.com/acme/shop',
  branches: { main: 'prod', develop: 'staging' },
  reviews: true,
  credentials: 'token',
  webhook: 'http://h/_dalamb/hooks/shop/0123',
};
const PATH = '/apps/shop/repository';
const CONNECT = ['--app', 'shop', 'repository:connect', 'github', repository.url];

test('connecting says branches and environments, takes credentials from standard input, shows the secret once', async () => {
  const answers = { [`POST ${PATH}`]: { repository, secret: 'whsec_s' } };
  const line = [...CONNECT, '--branch', 'main=prod', '--branch', 'develop=staging', '--reviews', '--credentials'];
  const { code, out, sent } = await dalamb(line, answers);
  assert.equal(code, 0);
  assert.deepEqual(sent[0]!.body, {
    ...{ provider: 'github', url: repository.url, branches: repository.branches, reviews: true },
    credentials: { user: '{"from"', password: '"stdin"}' },
  });
  assert.match(
    out,
    /branch develop releases in staging\n[\s\S]*webhook: http:\/\/h\/_dalamb\/hooks\/shop\/0123\nsecret: whsec_s\nnext: /,
  );
  const { sent: bare } = await dalamb([...CONNECT, '--branch', 'main=prod'], answers);
  assert.deepEqual(bare[0]!.body, { provider: 'github', url: repository.url, branches: { main: 'prod' }, reviews: false });
  assert.equal((await dalamb([...CONNECT, '--branch', 'main'], answers)).code, 2);
});

test('what the webhook told, and disconnecting', async () => {
  const event = { kind: 'push', branch: 'main', sender: 'ann' };
  const pull = { kind: 'pull', action: 'open', number: 7, branch: 'fix', fork: false, sender: 'ann' };
  const deliveries = [
    { at: NOW - 5000, event, state: 'done', detail: 'abc1234 released as v4' },
    { at: NOW - 9000, event: pull, state: 'failed', detail: '\u001b[2Jno' },
    {
      at: NOW - 9000,
      event: { kind: 'ignored', reason: 'tags are not released' },
      state: 'ignored',
      detail: 'tags are not released',
    },
  ];
  const { out } = await dalamb(['--app', 'shop', 'repository'], { [`GET ${PATH}`]: { repository, deliveries } });
  assert.match(out, /5s ago +push to main +done +abc1234 released as v4/);
  assert.match(out, /9s ago +open #7 of fix +failed +�\[2Jno/);
  const empty = await dalamb(['--app', 'shop', 'repository'], { [`GET ${PATH}`]: { repository, deliveries: [] } });
  assert.match(empty.out, /nothing was told yet/);
  const gone = await dalamb(['--app', 'shop', 'repository:disconnect'], { [`DELETE ${PATH}`]: { disconnected: 'shop' } });
  assert.equal(gone.out, 'shop is connected to no repository elsewhere\n');
});
