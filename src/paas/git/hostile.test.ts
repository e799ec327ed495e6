import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isFailure } from '../../kernel/index.ts';
import { type GitRoom, noise, openGitRoom, say } from './git.fixture.ts';

let room: GitRoom;
before(async () => {
  room = await openGitRoom({ settings: { pushBytes: 4 * 2 ** 20, repositoryBytes: 6 * 2 ** 20 } });
});
after(() => room.close());

interface Entry {
  readonly mode: string;
  readonly name: string;
  /** Content of a file or link, or the entries of a folder, or the id of a commit or tree. */
  readonly is: string | Buffer | readonly Entry[] | { readonly id: string };
}

/** Objects that git add would not make: written as they are. */
async function treeOf(tree: string, entries: readonly Entry[]): Promise<string> {
  const parts: Buffer[] = [];
  for (const { mode, name, is } of entries) {
    const id = Array.isArray(is)
      ? await treeOf(tree, is)
      : typeof is === 'string' || Buffer.isBuffer(is)
        ? await objectOf(tree, 'blob', Buffer.from(is))
        : (is as { id: string }).id;
    parts.push(Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex'));
  }
  return objectOf(tree, 'tree', Buffer.concat(parts));
}

async function objectOf(tree: string, type: string, content: Buffer): Promise<string> {
  const file = path.join(room.workplace, `object-${Math.random()}`);
  await fs.writeFile(file, content);
  return room.ok(tree, 'hash-object', '-t', type, '-w', '--literally', file);
}

async function pushTree(app: string, entries: readonly Entry[]) {
  room.app(app);
  const tree = await room.tree(app);
  const id = await treeOf(tree, entries);
  const commit = await room.ok(tree, 'commit-tree', '-m', 'hostile', id);
  const said = await room.run(tree, 'push', 'dalamb', `${commit}:refs/heads/main`);
  return { ...said, tree, commit };
}

const file = (name: string, is: string = 'x'): Entry => ({ mode: '100644', name, is });
const link = (name: string, is: string): Entry => ({ mode: '120000', name, is });
const folder = (name: string, is: readonly Entry[]): Entry => ({ mode: '40000', name, is });

const refused = async (app: string, entries: readonly Entry[], why: RegExp) => {
  const before = room.deployed.length;
  const said = await pushTree(app, entries);
  assert.notEqual(said.code, 0, app);
  assert.match(said.err, why, app);
  assert.equal(room.deployed.length, before, app);
  assert.equal(await room.at(app, 'main'), '', app);
  assert.deepEqual(await room.leftovers(app), [], app);
};

test('names that reach into .git, or out of the tree, are refused', async () => {
  await refused('dotgit', [folder('.git', [file('config', '[core]\n\tfsmonitor = "id"')])], /hasDotgit/);
  await refused('upper', [folder('.GIT', [file('config')])], /hasDotgit/);
  await refused('short', [folder('git~1', [file('config')])], /hasDotgit/);
  await refused('unseen', [folder('.g\u200cit', [file('config')])], /hasDotgit/);
  await refused('up', [folder('..', [file('etc')])], /hasDotdot/);
  await refused('here', [folder('.', [file('etc')])], /hasDot/);
  await refused('slash', [file('a/b')], /fullPathname/);
  await refused('empty', [file('')], /(emptyName|empty filename)/);
  await refused('twice', [file('a'), folder('a', [file('b')])], /(duplicateEntries|treeNotSorted)/);
  await refused('control', [file('a\nb')], /TreeRefused.*control characters/);
});

test('links that leave the tree are refused, by themselves or through others; those inside are fine', async () => {
  await refused('absolute', [link('passwd', '/etc/passwd')], /the link passwd leads out of the repository: \/etc\/passwd/);
  await refused('above', [folder('a', [link('b', '../../x')])], /the link a\/b leads out/);
  await refused('through', [link('a', '.'), link('b', 'a/../x')], /leads out/);
  await refused('long', [link('l', `${'a/'.repeat(3000)}b`)], /longer than any path/);
  const inside = await pushTree('inside', [
    folder('a', [link('b', '../c')]),
    file('c'),
    link('d', 'a/b'),
    link('e', 'gone'),
    link('f', 'f'),
  ]);
  assert.equal(inside.code, 0, inside.err);
  assert.equal(room.deployed.at(-1)!.commit, inside.commit);
});

test('submodules are not fetched, and urls that are commands are refused', async () => {
  const modules = (url: string) => file('.gitmodules', `[submodule "lib"]\n\tpath = lib\n\turl = ${url}\n`);
  const lib = { mode: '160000', name: 'lib', is: { id: '1'.repeat(40) } };
  const local = await pushTree('modules', [modules('file:///etc'), lib]);
  assert.equal(local.code, 0, local.err);
  assert.match(local.err, /Submodules are not fetched, their folders are empty: lib/);
  await refused('dashes', [modules('--upload-pack=touch /tmp/x'), lib], /gitmodulesUrl/);
  await refused('linked', [link('.gitmodules', 'x'), file('x')], /gitmodulesSymlink/);
  const names = file('.gitmodules', '[submodule "../../x"]\n\tpath = lib\n\turl = https://a.example/x\n');
  await refused('dots', [names, lib], /gitmodulesName/);
});

test('trees that are bombs, paths that overflow, and folders without end are left at once', async () => {
  room.app('bomb');
  const tree = await room.tree('bomb');
  let id = await treeOf(tree, [file('f')]);
  for (let level = 0; level < 9; level++)
    id = await treeOf(
      tree,
      Array.from({ length: 10 }, (_, at) => ({ mode: '40000', name: `d${at}`, is: { id } })),
    );
  const commit = await room.ok(tree, 'commit-tree', '-m', 'bomb', id);
  const said = await room.run(tree, 'push', 'dalamb', `${commit}:refs/heads/main`);
  assert.match(said.err, /more than 100000 files and folders/);
  await refused('overflow', [file('a'.repeat(4000))], /(longer than 1024 bytes|too long)/);
  let deep: Entry = file('f');
  for (let level = 0; level < 80; level++) deep = folder('d', [deep]);
  await refused('deep', [deep], /more than 64 deep/);
});

test('packs that are too large are refused, and what unpacks to very much stays packed', async () => {
  room.app('big');
  const tree = await room.tree('big');
  await fs.writeFile(path.join(room.workplace, tree, 'noise'), noise(6 * 2 ** 20));
  await room.commit(tree, {});
  const large = await room.run(tree, 'push', 'dalamb', 'main');
  assert.notEqual(large.code, 0);
  assert.match(large.err, /(exceeds maximum allowed size|HTTP 413|more than 5 MiB)/);
  assert.deepEqual(await room.leftovers('big'), []);
  const zeros = await pushTree('zeros', [{ mode: '100644', name: 'zeros', is: Buffer.alloc(80 * 2 ** 20) }]);
  assert.equal(zeros.code, 0, zeros.err);
  assert.ok((await fs.stat(path.join(room.directory, 'zeros.git/objects/pack'))).isDirectory());
  assert.ok((await bytesOf(path.join(room.directory, 'zeros.git'))) < 2 * 2 ** 20);
});

async function bytesOf(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await fs.readdir(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await fs.stat(path.join(entry.parentPath, entry.name))).size;
  return bytes;
}

test('a repository that is full takes no more', async () => {
  room.app('full');
  const tree = await room.tree('full');
  const grow = async (round: number) => {
    await fs.writeFile(path.join(room.workplace, tree, `noise-${round}`), noise(3 * 2 ** 20, round));
    await room.commit(tree, {});
    return room.run(tree, 'push', 'dalamb', 'main');
  };
  assert.equal((await grow(1)).code, 0);
  assert.match((await grow(2)).err, /PushRefused.*at most 6 MiB are kept/);
  assert.equal((await room.run(tree, 'push', 'dalamb', 'HEAD~1:refs/heads/old')).code, 0, 'what it has already costs nothing');
});

test('what is no commit is no release; hooks and settings of a repository play no part', async () => {
  room.app('kinds');
  const tree = await room.tree('kinds');
  await room.ok(tree, 'tag', '-a', 'v1', '-m', 'one');
  const tagged = await room.run(tree, 'push', 'dalamb', 'v1:refs/heads/main');
  assert.notEqual(tagged.code, 0);
  await room.write(tree, {
    'hooks/pre-receive': '#!/bin/sh\ntouch /tmp/dalamb-hostile\n',
    '.gitconfig': '[core]\n\tpager = id\n',
  });
  await room.commit(tree, {});
  const evil = path.join(room.directory, 'kinds.git/hooks');
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  await assert.rejects(fs.stat(evil));
  const shown = await say(path.join(room.directory, 'kinds.git'), ['config', '--local', '--list']);
  assert.doesNotMatch(shown.out, /pager|hook/);
});

test('an archive is of what is there, and of whole ids only', async () => {
  const whole = await room.at('inside', 'main');
  assert.ok((await Array.fromAsync(await room.git.archive('inside', whole))).length > 0);
  for (const commit of ['main', '--output=/tmp/x', '0'.repeat(40)])
    await assert.rejects(room.git.archive('inside', commit), (error) => isFailure(error, 'TreeRefused'), commit);
  await assert.rejects(room.git.archive('../inside', whole), (error) => isFailure(error, 'InvalidRequest'));
});
