import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applications } from '../collections.ts';
import { connect, findLink, hookPath, type NewLink, secretsOf } from './links.ts';
import { openWebhookRoom } from './webhooks.fixture.ts';

const actor = { name: 'ann', kind: 'user' } as const;

test('a link knows its repository and API; its secrets are sealed, and another connection has others', async (t) => {
  const room = await openWebhookRoom({ started: false });
  t.after(() => room.close());
  const made = async (wanted: Partial<NewLink>) => {
    const base = { provider: 'github', url: 'https://github.com/acme/shop.git', branches: {}, reviews: false } as const;
    return connect(room.ports, 'shop', { ...base, ...wanted }, actor);
  };
  const first = await made({ credentials: { token: 't0ken' } });
  assert.deepEqual([first.link.repository, first.link.api], ['acme/shop', 'https://api.github.com']);
  assert.ok(!JSON.stringify(first.link).includes('t0ken') && !JSON.stringify(first.link).includes(first.secret));
  assert.deepEqual(secretsOf(room.ports, first.link), { secret: first.secret, credentials: { token: 't0ken' } });
  assert.equal(Buffer.from(first.secret.replace(/^whsec_/, ''), 'base64').length, 32);
  const second = await made({ provider: 'gitlab', url: 'https://h/git/acme/group/shop', apiUrl: 'https://h/git/api/v4/' });
  assert.deepEqual([second.link.repository, second.link.api], ['acme/group/shop', 'https://h/git/api/v4']);
  assert.notEqual(second.secret, first.secret);
  assert.match(hookPath(second.link), /^\/_dalamb\/hooks\/shop\/[0-9a-f]{32}$/);
  const swapped = { ...second.link, sealed: first.link.sealed };
  assert.throws(() => secretsOf(room.ports, swapped), { code: 'SecretUnreadable' });
});

test('a link does not outlive its application, not even when another takes the name', async (t) => {
  const room = await openWebhookRoom({ started: false });
  t.after(() => room.close());
  const wanted = { provider: 'gitea', url: 'http://h/acme/shop', branches: {}, reviews: false } as const;
  await connect(room.ports, 'shop', wanted, actor);
  const { store } = room;
  const application = (await store.read.get(applications, ['shop']))!;
  assert.ok(await findLink(store.read, 'shop'));
  await store.transact((tx) => tx.delete(applications, ['shop']));
  assert.equal(await findLink(store.read, 'shop'), undefined);
  await store.transact((tx) => tx.put(applications, { ...application, createdAt: Date.now() + 1000 }));
  assert.equal(await findLink(store.read, 'shop'), undefined);
});
