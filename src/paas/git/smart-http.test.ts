import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { fail, systemClock } from '../../kernel/index.ts';
import { type GitRoom, noise, openGitRoom, until } from './git.fixture.ts';

const WAIT_MS = 599_000;
let room: GitRoom;
/** Pushes that have begun to wait for their turn. */
let waiting = 0;
before(async () => {
  const after: typeof systemClock.after = (ms, then) => {
    if (ms === WAIT_MS) waiting += 1;
    return systemClock.after(ms, then);
  };
  room = await openGitRoom({ settings: { waitMs: WAIT_MS }, deps: { clock: { ...systemClock, after } } });
});
after(() => room.close());

test('a push to the branch is a release, told as it happens; clone and fetch give it back', async () => {
  room.app('first');
  const tree = await room.tree('first', { Procfile: 'web: app.handler\n', 'src/app.js': 'exports.handler = () => 1\n' });
  room.build = async ({ line }) => line('-----> Building\x1b[31m red\x1b[0m\nsecond line');
  const pushed = await room.run(tree, 'push', 'dalamb', 'main');
  assert.equal(pushed.code, 0, pushed.err);
  assert.match(pushed.err, /remote: -----> Building red\s*\n\s*remote: second line/);
  assert.match(pushed.err, /remote: Released first v1 \([0-9a-f]{7}\)/);
  assert.match(pushed.err, /remote: {3}http:\/\/first\.example\//);
  const commit = await room.ok(tree, 'rev-parse', 'HEAD');
  const [made] = room.deployed;
  assert.deepEqual([made!.app, made!.account, made!.commit, made!.author], ['first', '000000000000', commit, 'local']);
  assert.equal(await room.at('first', 'main'), commit);
  await room.ok('.', 'clone', '-q', `${room.url}/first.git`, 'cloned');
  assert.equal(await room.ok('cloned', 'rev-parse', 'HEAD'), commit);
  assert.equal(await room.ok('cloned', 'symbolic-ref', '--short', 'HEAD'), 'main');
  const next = await room.commit(tree, { 'a.txt': 'a' });
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  await room.ok('cloned', 'fetch', '-q');
  assert.equal(await room.ok('cloned', 'rev-parse', 'origin/main'), next);
  assert.match((await room.run(tree, 'push', 'dalamb', 'main')).err, /up-to-date/);
  assert.equal(room.deployed.length, 2);
});

test('other branches and tags are stored and make no release; several refs make one', async () => {
  room.app('refs');
  const tree = await room.tree('refs');
  room.build = async () => {};
  const before = room.deployed.length;
  await room.ok(tree, 'branch', 'feature');
  const feature = await room.run(tree, 'push', 'dalamb', 'feature');
  assert.match(feature.err, /feature is stored; only pushes to main make a release/);
  await room.ok(tree, 'tag', '-a', 'v1', '-m', 'one');
  await room.ok(tree, 'push', '-q', 'dalamb', 'v1');
  assert.equal(room.deployed.length, before);
  await room.commit(tree, { b: 'b' });
  await room.ok(tree, 'branch', '-f', 'feature');
  await room.ok(tree, 'push', '-q', '--tags', 'dalamb', 'main', 'feature', 'HEAD:other');
  assert.equal(room.deployed.length, before + 1);
  await room.ok(tree, 'push', '-q', 'dalamb', ':other', ':v1');
  assert.equal(await room.at('refs', 'other'), '');
  assert.notEqual(await room.at('refs', 'feature'), '');
});

test('the branch cannot be deleted; by force it can be moved, and that is a release', async () => {
  room.app('forced');
  const tree = await room.tree('forced');
  await room.commit(tree, { a: '1' });
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  const deleted = await room.run(tree, 'push', 'dalamb', ':main');
  assert.equal(deleted.code, 1);
  assert.match(deleted.err, /PushRefused.*main is the branch that forced is released from/);
  await room.ok(tree, 'reset', '-q', '--hard', 'HEAD~1');
  const commit = await room.commit(tree, { a: '2' });
  assert.match((await room.run(tree, 'push', 'dalamb', 'main')).err, /rejected.*(fetch first|non-fast-forward)/);
  const forced = await room.run(tree, 'push', '-f', 'dalamb', 'main');
  assert.equal(forced.code, 0, forced.err);
  assert.match(forced.err, /main is moved by force from [0-9a-f]{7}/);
  assert.equal(room.deployed.at(-1)!.commit, commit);
  for (const ref of ['refs/dalamb/mine', 'refs/remotes/x/y'])
    assert.match((await room.run(tree, 'push', 'dalamb', `HEAD:${ref}`)).err, /(hidden ref|only branches, tags and notes)/);
});

test('no branch stands in the way of the one that is released', async () => {
  room.app('inway');
  const tree = await room.tree('inway');
  const pushed = await room.run(tree, 'push', 'dalamb', 'HEAD:refs/heads/main/x');
  assert.match(pushed.err, /PushRefused.*main\/x and main cannot both be branches/);
  await room.ok(tree, 'push', '-q', 'dalamb', 'main', 'main:mainly', 'main:other/x');
});

test('refs that cannot be moved together are refused before anything is built', async () => {
  room.app('together');
  const tree = await room.tree('together');
  await room.ok(tree, 'push', '-q', 'dalamb', 'main', 'main:side');
  await room.commit(tree, { a: '1' });
  const [built, before] = [room.deployed.length, await room.at('together', 'main')];
  const refused = await room.run(tree, 'push', '--atomic', 'dalamb', 'main', 'main:side/way');
  assert.match(refused.err, /PushRefused.*cannot be moved together.*refs\/heads\/side/);
  assert.deepEqual([room.deployed.length, await room.at('together', 'main')], [built, before]);
  await room.ok(tree, 'push', '-q', '--atomic', 'dalamb', 'main', 'main:way', ':side');
  assert.equal(room.deployed.length, built + 1);
  assert.deepEqual(await room.leftovers('together'), []);
});

test('a failed build refuses the push, says why last, and leaves nothing', async () => {
  room.app('failing');
  const tree = await room.tree('failing');
  room.build = async ({ line }) => {
    line('npm error missing: left-pad');
    throw fail('BuildFailed', 'npm ci ended with 1');
  };
  const pushed = await room.run(tree, 'push', 'dalamb', 'main', 'main:other');
  assert.equal(pushed.code, 1);
  assert.match(pushed.err, /remote: npm error missing: left-pad\s*\nremote: ! BuildFailed: npm ci ended with 1\s*\n(?!remote)/);
  assert.match(pushed.err, /\[remote rejected\] main -> main \(pre-receive hook declined\)/);
  assert.deepEqual([await room.at('failing', 'main'), await room.at('failing', 'other')], ['', '']);
  assert.deepEqual(await room.leftovers('failing'), []);
  room.build = async () => {};
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
});

test('two pushes at once: the second waits, says so, and is told to fetch when it was overtaken', async () => {
  room.app('busy');
  const tree = await room.tree('busy');
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  await room.ok('.', 'clone', '-q', `${room.url}/busy.git`, 'other-tree');
  await room.commit(tree, { a: 'mine' });
  await room.commit('other-tree', { a: 'theirs' });
  let building: () => void = () => {};
  const began = new Promise<void>((resolve) => {
    building = resolve;
  });
  let build: () => void = () => {};
  room.build = () => {
    building();
    return new Promise((resolve) => {
      build = resolve;
    });
  };
  const first = room.run(tree, 'push', 'dalamb', 'main');
  await began;
  const second = room.run('other-tree', 'push', 'origin', 'main');
  const third = room.run('other-tree', 'push', 'origin', 'main:aside');
  await until(async () => waiting === 2);
  room.build = async () => {};
  build();
  assert.equal((await first).code, 0);
  const overtaken = await second;
  assert.equal(overtaken.code, 1);
  assert.match(overtaken.err, /Another push to busy is under way: this one waits/);
  assert.match(overtaken.err, /main was moved by another push: fetch it, then push again/);
  assert.equal((await third).code, 0);
  await room.ok('other-tree', 'fetch', '-q');
  await room.ok('other-tree', 'reset', '-q', '--hard', 'origin/main');
  await room.commit('other-tree', { c: 'c' });
  await room.ok('other-tree', 'push', '-q', 'origin', 'main');
});

test('shallow and partial clones, protocol 0 and 1, large pushes, and tars without .git', async () => {
  room.app('large');
  const big = noise(6 * 2 ** 20);
  const tree = await room.tree('large', {
    a: '$Format:%H$ $Id$\r\n',
    '.gitattributes': 'hidden export-ignore\na export-subst ident eol=lf\n',
  });
  await fs.writeFile(path.join(room.workplace, tree, 'big'), big);
  await room.commit(tree, { hidden: 'h' }, 'second');
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  const names: string[] = [];
  const content = new Map<string, Buffer>();
  for await (const entry of Readable.from([room.deployed.at(-1)!.source]).pipe(tar.extract())) {
    names.push(entry.header.name);
    content.set(entry.header.name, Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Buffer>)));
  }
  assert.deepEqual(names.sort(), ['.gitattributes', 'a', 'big', 'hidden']);
  assert.equal(content.get('a')!.toString(), '$Format:%H$ $Id$\n'); // as committed: git took the CR away when it was added
  assert.ok(content.get('big')!.equals(big));
  await room.ok('.', 'clone', '-q', '--depth=1', `${room.url}/large.git`, 'shallow');
  assert.equal(await room.ok('shallow', 'rev-list', '--count', 'HEAD'), '1');
  await room.commit('shallow', { s: 's' });
  await room.ok('shallow', 'push', '-q', 'origin', 'main');
  await room.ok('.', 'clone', '-q', '--filter=blob:none', `${room.url}/large.git`, 'partial');
  const sparse = await room.run('.', 'clone', '-q', '--filter=sparse:oid=HEAD:src', `${room.url}/large.git`, 'sparse');
  assert.match(sparse.err, /filter 'sparse:oid' not supported/);
  for (const version of ['0', '1'])
    await room.ok('.', '-c', `protocol.version=${version}`, 'clone', '-q', `${room.url}/large.git`, `clone-${version}`);
  assert.equal(await room.ok('clone-0', 'rev-list', '--count', 'HEAD'), '3');
});

test('a shallow clone of here can be pushed; one of elsewhere is refused before anything is built', async () => {
  room.app('whole');
  const tree = await room.tree('whole');
  await room.commit(tree, { a: '1' });
  await room.commit(tree, { a: '2' });
  await room.ok('.', 'clone', '-q', '--depth', '1', `file://${path.join(room.workplace, tree)}`, 'of-elsewhere');
  const built = room.deployed.length;
  const refused = await room.run('of-elsewhere', 'push', `${room.url}/whole.git`, 'HEAD:main');
  assert.match(refused.err, /PushRefused.*shallow clone.*git fetch --unshallow/);
  assert.equal(room.deployed.length, built, 'nothing is released of it');
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  await room.ok('.', 'clone', '-q', '--depth', '1', `${room.url}/whole.git`, 'of-here');
  await room.commit('of-here', { a: '3' });
  await room.ok('of-here', 'push', '-q', 'origin', 'HEAD:main');
  await room.ok('of-elsewhere', 'fetch', '-q', '--unshallow');
  await room.ok('of-elsewhere', 'push', '-q', '-f', `${room.url}/whole.git`, 'HEAD:main');
  assert.equal(room.deployed.length, built + 3);
});

test('whoever is not there, or sends something else, is told so', async () => {
  room.app('asked');
  const gone = await room.run('.', 'clone', `${room.url}/nothing.git`, 'x');
  assert.match(gone.err, /no such thing: application nothing/);
  const get = async (path: string, init?: RequestInit) => (await fetch(`${room.url}/${path}`, init)).status;
  assert.equal(await get('asked.git/info/refs'), 403);
  assert.equal(await get('asked.git/HEAD'), 404);
  assert.equal(await get('asked.git/../../x'), 404);
  assert.equal(await get('asked.git/git-upload-pack'), 405);
  assert.equal(
    await get('asked.git/git-upload-pack', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
    415,
  );
  const pack = (body: Buffer | string, more = {}) =>
    get('asked.git/git-receive-pack', {
      method: 'POST',
      body: body as string,
      headers: { 'content-type': 'application/x-git-receive-pack-request', ...more },
    });
  assert.equal(await pack('0000'), 200);
  assert.equal(await pack('no pkt-line'), 500);
  assert.equal(await pack('no gzip', { 'content-encoding': 'gzip' }), 400);
  assert.equal(await pack(gzipSync(Buffer.alloc(80 * 2 ** 20)), { 'content-encoding': 'gzip' }), 500);
  assert.deepEqual(await room.leftovers('asked'), []);
});
