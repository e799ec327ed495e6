import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isFailure } from '../../kernel/index.ts';
import { type GitRoom, noise, openGitRoom } from './git.fixture.ts';

let elsewhere: GitRoom;
let room: GitRoom;
const keys = { known: '', other: '' };
before(async () => {
  elsewhere = await openGitRoom({ settings: { ssh: { host: '127.0.0.1', port: 0 } } });
  for (const name of ['known', 'other'] as const) {
    const file = path.join(elsewhere.workplace, name);
    await new Promise((resolve) => execFile('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file], resolve));
    keys[name] = await fs.readFile(file, 'utf8');
  }
  const known = (await fs.readFile(path.join(elsewhere.workplace, 'known.pub'), 'utf8')).split(' ')[1]!;
  elsewhere.actors.set(known, { name: 'ann', kind: 'user' });
  elsewhere.app('origin');
  await elsewhere.tree('origin');
  await fs.writeFile(path.join(elsewhere.workplace, 'origin-tree/big'), noise(3 * 2 ** 20));
  await elsewhere.commit('origin-tree', {});
  await elsewhere.ok('origin-tree', 'push', '-q', 'dalamb', 'main');
  room = await openGitRoom({ deps: { mayConnect: (_, port) => port !== 22 } });
});
after(async () => {
  await room.close();
  await elsewhere.close();
});

const url = () => `ssh://git@localhost:${elsewhere.git.ssh()!.port}/origin.git`;
const bring = (more: object = {}) =>
  room.git.fetchInto({
    app: { name: 'mirror', branch: 'main' },
    url: url(),
    credentials: { privateKey: keys.known },
    ref: 'refs/heads/main',
    signal: new AbortController().signal,
    ...more,
  });
const fails = (why: RegExp) => (error: unknown) => isFailure(error, 'FetchFailed') && why.test(error.message);

test('brings a ref over SSH with a key that never leaves the server, and says whose host it was', async () => {
  const first = await bring();
  assert.equal(first.commit, await elsewhere.ok('origin-tree', 'rev-parse', 'HEAD'));
  assert.equal(first.hostKey, elsewhere.git.ssh()!.fingerprint);
  assert.deepEqual(await bring({ credentials: { privateKey: keys.known, hostKey: first.hostKey } }), first);
  const next = await elsewhere.commit('origin-tree', { a: 'a' });
  await elsewhere.ok('origin-tree', 'push', '-q', 'dalamb', 'main');
  assert.equal((await bring()).commit, next);
  for (const file of await fs.readdir(room.directory, { recursive: true, withFileTypes: true }))
    if (file.isFile()) assert.doesNotMatch(await fs.readFile(path.join(file.parentPath, file.name), 'latin1'), /PRIVATE KEY/);
});

test('another host key, a key that is not known, a ref or a repository that is not there', async () => {
  await assert.rejects(bring({ credentials: { privateKey: keys.known, hostKey: 'SHA256:x' } }), fails(/another key than it had/));
  await assert.rejects(bring({ credentials: { privateKey: keys.other } }), fails(/authentication/i));
  await assert.rejects(bring({ credentials: { privateKey: 'nonsense' } }), fails(/privateKey|key/i));
  await assert.rejects(bring({ credentials: undefined }), fails(/needs a private key/));
  await assert.rejects(bring({ ref: 'refs/heads/none' }), fails(/couldn't find remote ref/));
  await assert.rejects(bring({ url: url().replace('origin', 'none') }), fails(/there is no application none/));
  await assert.rejects(bring({ url: 'git@localhost:a/b.git' }), fails(/not allowed/));
  await assert.rejects(bring({ url: url().replace('origin', "o'r;id") }), fails(/no address/));
  await assert.rejects(bring({ url: `${elsewhere.url}/origin.git` }), fails(/for ssh:/));
});

test('a host that hangs is left when it is called off', async () => {
  const silent = net.createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  try {
    const url = `ssh://git@127.0.0.1:${(silent.address() as AddressInfo).port}/x.git`;
    await assert.rejects(bring({ url, signal: AbortSignal.timeout(200) }), fails(/closed|lost/));
  } finally {
    silent.close();
  }
});
