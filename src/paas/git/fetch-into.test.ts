import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { isFailure, type Logger, silentLogger } from '../../kernel/index.ts';
import { type GitRoom, openGitRoom } from './git.fixture.ts';

/** Where the repository lives, and where it is fetched to. */
let elsewhere: GitRoom;
let room: GitRoom;
const dialled: string[] = [];
const logged: string[] = [];
before(async () => {
  elsewhere = await openGitRoom({ strict: true });
  elsewhere.actors.set('secret-token', { name: 'ann', kind: 'user' });
  elsewhere.app('origin');
  await elsewhere.tree('origin');
  const log = (message: string, fields?: object) => void logged.push(message + JSON.stringify(fields ?? {}));
  const logger = { ...silentLogger, warn: log, error: log, info: log } as Logger;
  room = await openGitRoom({
    deps: {
      logger,
      mayConnect: (address, port, name) => {
        dialled.push(`${name} ${address}:${port}`);
        return name !== 'localhost.localdomain' && address !== '10.0.0.1';
      },
    },
  });
  await elsewhere.ok('origin-tree', 'push', '-q', secret(`${elsewhere.url}/origin.git`), 'main');
});
after(async () => {
  await room.close();
  await elsewhere.close();
});

const secret = (url: string) => url.replace('http://', 'http://me:secret-token@');
const app = { name: 'mirror', branch: 'main' };
const credentials = { user: 'me', password: 'secret-token' };
const bring = (more: object = {}) =>
  room.git.fetchInto({
    app,
    url: `${elsewhere.url}/origin.git`,
    credentials,
    ref: 'refs/heads/main',
    signal: new AbortController().signal,
    ...more,
  });
const fails = (why: RegExp) => (error: unknown) =>
  isFailure(error, 'FetchFailed') && why.test(error.message) && !error.message.includes('secret-token');

test('brings a branch, again what is new, forced as it may be; clients of ours do not see it', async () => {
  const first = await bring();
  assert.equal(first, await elsewhere.ok('origin-tree', 'rev-parse', 'HEAD'));
  await elsewhere.ok('origin-tree', 'commit', '-q', '--amend', '-m', 'other');
  await elsewhere.ok('origin-tree', 'push', '-q', '-f', secret(`${elsewhere.url}/origin.git`), 'main');
  const second = await bring();
  assert.equal(second, await elsewhere.ok('origin-tree', 'rev-parse', 'HEAD'));
  assert.ok((await Array.fromAsync(await room.git.archive('mirror', second))).length > 0);
  room.apps.set('mirror', { ...elsewhere.apps.get('origin')!, name: 'mirror' });
  assert.equal(await room.ok('.', 'ls-remote', `${room.url}/mirror.git`), '');
});

test('by name: the address that was judged is the one that is dialled', async () => {
  dialled.length = 0;
  await bring({ url: `${elsewhere.url.replace('127.0.0.1', 'localhost')}/origin.git` });
  assert.ok(dialled.every((one) => one.startsWith('localhost ')) && dialled.length > 0);
});

test('what may not be connected to, or is no such place, is not asked', async () => {
  await assert.rejects(bring({ url: 'http://10.0.0.1/x.git' }), fails(/not allowed/));
  for (const url of [
    'file:///etc',
    '/etc',
    'ext::sh -c id',
    'git://a/b',
    'ssh://git@a/b',
    'git@a:b',
    '-x',
    'http://me:secret-token@127.0.0.1/x',
  ])
    await assert.rejects(bring({ url }), fails(/(only https|not part of the URL)/), url);
  for (const host of ['-rebinds.example', '+rebinds.example', '*', 'rebinds.example.', 'a=b'])
    await assert.rejects(bring({ url: `http://${host}/x.git` }), fails(/no name of a host/), host);
  for (const ref of ['main', 'refs/heads/', '--all', 'refs/heads/a..b', 'refs/heads/x:refs/heads/y', 'refs/heads/a.lock', 'HEAD'])
    await assert.rejects(bring({ ref }), fails(/is no ref/), ref);
  await assert.rejects(bring({ ref: 'refs/heads/none' }), fails(/couldn't find remote ref/));
  await assert.rejects(bring({ url: 'http://no-such-host.invalid/x' }), fails(/is not known/));
});

test('credentials are of one host: a redirect does not take them along, and no text has them', async () => {
  const asked: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(302, { location: `http://localhost:${(server.address() as AddressInfo).port}${request.url}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
    await assert.rejects(bring({ url }), fails(/redirect|unable to access|302/));
    assert.deepEqual(asked, [undefined]);
    await assert.rejects(bring({ credentials: { user: 'me', password: 'wrong' } }), fails(/Authentication failed|401/));
    await assert.rejects(bring({ credentials: undefined }), fails(/could not read Username|terminal prompts/));
    await assert.rejects(bring({ credentials: { user: 'a\nhost=x', password: 'b' } }), fails(/one line/));
    assert.ok(!logged.join().includes('secret-token'));
  } finally {
    server.close();
  }
});

test('a server that hangs is left when the repository goes, and nothing of it comes back', async () => {
  const asked = Promise.withResolvers<void>();
  const server = http.createServer(() => asked.resolve());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
    const brought = assert.rejects(bring({ url, app: { name: 'going', branch: 'main' } }), (error) =>
      isFailure(error, 'FetchFailed'),
    );
    await asked.promise;
    await room.git.removeRepository('going');
    await brought;
    assert.ok(!(await fs.readdir(room.directory)).some((name) => /going|gone/.test(name)));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a server that hangs is left when it is called off', async () => {
  const server = http.createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
    await assert.rejects(bring({ url, signal: AbortSignal.timeout(200) }), (error) => isFailure(error, 'FetchFailed'));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
