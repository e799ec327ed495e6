import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isFailure } from '../../kernel/index.ts';
import { type GitRoom, noise, openGitRoom, type Said, say, until } from './git.fixture.ts';

let room: GitRoom;
let options: string[];
before(async () => {
  room = await openGitRoom({ settings: { ssh: { host: '127.0.0.1', port: 0 } } });
  await keygen('ann', 'ed25519');
  room.actors.set(await publicKey('ann'), { name: 'ann', kind: 'user' });
  const knownHosts = path.join(room.workplace, 'known_hosts');
  options = [
    ...['-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none'],
    ...['-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=${knownHosts}`],
  ];
});
after(() => room.close());

const keygen = (name: string, type: string, ...more: string[]) =>
  new Promise<void>((resolve, reject) => {
    const file = path.join(room.workplace, name);
    execFile('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file, ...more], (error) => (error ? reject(error) : resolve()));
  });

const publicKey = async (name: string) => (await fs.readFile(path.join(room.workplace, `${name}.pub`), 'utf8')).split(' ')[1]!;

const command = (key: string) => ['ssh', ...options, '-i', path.join(room.workplace, key)];

const url = (app: string) => `ssh://git@127.0.0.1:${room.git.ssh()!.port}/${app}.git`;

const run = (directory: string, args: string[], key = 'ann') =>
  say(path.resolve(room.workplace, directory), args, { GIT_SSH_COMMAND: command(key).join(' ') });

function ssh(args: string[], { key = 'ann', flags = [] as string[] } = {}): Promise<Said> {
  const [program, ...first] = command(key);
  return new Promise((resolve) => {
    const all = [...first, ...flags, '-p', String(room.git.ssh()!.port), 'git@127.0.0.1', ...args];
    const child = execFile(program!, all, { timeout: 20_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
    child.stdin!.end();
  });
}

test('push, clone and fetch over SSH, in protocol 2 and 0; the release is told as over HTTP', async () => {
  room.app('shell');
  const tree = await room.tree('shell');
  room.build = async ({ line }) => line('-----> Building');
  const pushed = await run(tree, ['push', url('shell'), 'main']);
  assert.equal(pushed.code, 0, pushed.err);
  assert.match(pushed.err, /remote: -----> Building\s*\nremote: Released shell v1/);
  assert.equal(room.deployed[0]!.author, 'ann');
  assert.equal((await run('.', ['clone', '-q', url('shell'), 'cloned'])).code, 0);
  const trace = { GIT_TRACE_PACKET: '1', GIT_SSH_COMMAND: command('ann').join(' ') };
  const fetched = await say(path.join(room.workplace, 'cloned'), ['fetch'], trace);
  assert.match(fetched.err, /< version 2/);
  await room.commit('cloned', { b: 'b' });
  assert.equal((await run('cloned', ['-c', 'protocol.version=0', 'push', '-q', 'origin', 'main'])).code, 0);
  assert.equal((await run(tree, ['-c', 'protocol.version=0', 'pull', '-q', url('shell'), 'main'])).code, 0);
  room.build = async () => {
    throw new Error('nobody foresaw this');
  };
  await room.commit('cloned', { c: 'c' });
  const failed = await run('cloned', ['push', 'origin', 'main']);
  assert.equal(failed.code, 1);
  assert.match(failed.err, /remote: ! Error: nobody foresaw this/);
  room.build = async () => {};
});

test('a large push arrives whole', async () => {
  room.app('heavy');
  const tree = await room.tree('heavy');
  const big = noise(12 * 2 ** 20);
  await fs.writeFile(path.join(room.workplace, tree, 'big'), big);
  await room.commit(tree, {});
  const pushed = await run(tree, ['push', '-q', url('heavy'), 'main']);
  assert.equal(pushed.code, 0, pushed.err);
  assert.equal((await run('.', ['clone', '-q', url('heavy'), 'heavy-clone'])).code, 0);
  assert.ok((await fs.readFile(path.join(room.workplace, 'heavy-clone/big'))).equals(big));
});

test('only keys that are known, and of a sound kind', async () => {
  await keygen('stranger', 'ed25519');
  await keygen('rsa', 'rsa', '-b', '2048');
  await keygen('ecdsa', 'ecdsa');
  room.actors.set(await publicKey('rsa'), { name: 'bob', kind: 'user' });
  room.actors.set(await publicKey('ecdsa'), { name: 'eve', kind: 'user' });
  const list = ["git-upload-pack 'shell.git'"];
  assert.match((await ssh(list, { key: 'stranger' })).err, /Permission denied \(publickey\)/);
  assert.match((await ssh(list, { key: 'rsa' })).out, /refs\/heads\/main/);
  assert.match((await ssh(list, { key: 'ecdsa' })).out, /refs\/heads\/main/);
  const sha1 = ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa'];
  assert.match((await ssh(list, { key: 'rsa', flags: sha1 })).err, /Permission denied/);
  const asked = ['-o', 'PreferredAuthentications=password,keyboard-interactive,none'];
  assert.match((await ssh(list, { flags: asked })).err, /Permission denied/);
});

test('roles hold, and applications that are not there are not there', async () => {
  await keygen('read', 'ed25519');
  room.actors.set(await publicKey('read'), { name: 'reader', kind: 'user' });
  assert.match((await ssh(["git-upload-pack 'shell.git'"], { key: 'read' })).out, /refs\/heads\/main/);
  const refused = await ssh(["git-receive-pack 'shell.git'"], { key: 'read' });
  assert.deepEqual([refused.code, /AccessDenied/.test(refused.err)], [1, true]);
  assert.match((await ssh(["git-upload-pack 'none.git'"])).err, /no such thing: application none/);
});

test('nothing but git’s two commands: no shell, no files, no forwarding, no environment', async () => {
  for (const asked of [
    'id',
    "git-upload-pack '../shell.git'",
    "git-upload-pack 'shell.git'; id",
    "git-upload-pack --timeout=1 'shell.git'",
    'git-upload-archive shell.git',
    "git-shell -c 'id'",
  ]) {
    const said = await ssh([asked]);
    assert.equal(said.code, 1, asked);
    assert.match(said.err, /only git is served here/);
  }
  assert.notEqual((await ssh([])).code, 0);
  assert.notEqual((await ssh(['sftp'], { flags: ['-s'] })).code, 0);
  assert.notEqual((await ssh([], { flags: ['-tt'] })).code, 0);
  const forward = await ssh([], { flags: ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:22'] });
  assert.match(forward.err, /remote port forwarding failed/);
  const tunnelled = await ssh([], { flags: ['-W', `127.0.0.1:${room.git.ssh()!.port}`] });
  assert.match(tunnelled.err, /(administratively prohibited|stdio forwarding failed|open failed)/);
});

test('a client that goes in the middle ends its push', async () => {
  room.app('leaving');
  const tree = await room.tree('leaving');
  let [began, aborted] = [false, false];
  room.build = ({ signal }) =>
    new Promise((_, reject) => {
      began = true;
      signal.addEventListener('abort', () => {
        aborted = true;
        reject(signal.reason);
      });
    });
  const env = { ...process.env, GIT_SSH_COMMAND: command('ann').join(' ') };
  const client = spawn('git', ['push', url('leaving'), 'main'], { cwd: path.join(room.workplace, tree), env, detached: true });
  await until(() => began);
  process.kill(-client.pid!, 'SIGKILL');
  await until(async () => aborted && (await room.leftovers('leaving')).length === 0);
  assert.equal(await room.at('leaving', 'main'), '');
  room.build = async () => {};
  assert.equal((await run(tree, ['push', '-q', url('leaving'), 'main'])).code, 0);
});

test('the host key stays, and nobody else can read it', async () => {
  const before = room.git.ssh()!.fingerprint;
  const file = path.join(room.directory, 'ssh_host_ed25519.sealed');
  assert.equal((await fs.stat(file)).mode & 0o777, 0o600);
  assert.doesNotMatch(await fs.readFile(file, 'utf8'), /PRIVATE/);
  await room.git.service.stop(AbortSignal.abort());
  await room.git.service.start();
  assert.equal(room.git.ssh()!.fingerprint, before);
});

test('who does not say who they are is cut off, and so is nonsense', async () => {
  const quick = await openGitRoom({ settings: { ssh: { host: '127.0.0.1', port: 0, authMs: 150 } } });
  try {
    const closed = (bytes: string) =>
      new Promise<void>((resolve) => {
        const socket = net.connect(quick.git.ssh()!.port, '127.0.0.1', () => socket.write(bytes));
        socket.resume();
        socket.on('error', () => {}).on('close', () => resolve());
      });
    await Promise.all([closed(''), closed('SSH-2.0-x\r\n'), closed('GET / HTTP/1.1\r\n\r\n'), closed('\0'.repeat(70_000))]);
    const port = quick.git.ssh()!.port;
    const again = openGitRoom({ settings: { ssh: { host: '127.0.0.1', port } } });
    await assert.rejects(again, (error) => isFailure(error, 'ConfigInvalid'));
  } finally {
    await quick.close();
  }
});
