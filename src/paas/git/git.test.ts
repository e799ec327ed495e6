import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Clock, systemClock } from '../../kernel/index.ts';
import { type GitRoom, openGitRoom, until } from './git.fixture.ts';

let room: GitRoom;
/** Rounds that are due when the test says so. */
const rounds: (() => void)[] = [];
before(async () => {
  const after: Clock['after'] = (ms, fn) => {
    if (ms !== 3600_000) return systemClock.after(ms, fn);
    rounds.push(fn);
    return () => {};
  };
  room = await openGitRoom({ deps: { clock: { ...systemClock, after } }, settings: { pushMs: 1800_000 } });
});
after(() => room.close());

test('a repository is made once, with the application’s branch, and nothing of the machine in it', async () => {
  await Promise.all([1, 2, 3].map(() => room.git.createRepository({ name: 'made', branch: 'trunk' })));
  const repository = path.join(room.directory, 'made.git');
  assert.equal(await fs.readFile(path.join(repository, 'HEAD'), 'utf8'), 'ref: refs/heads/trunk\n');
  assert.deepEqual((await fs.readdir(repository)).sort(), ['HEAD', 'config', 'info', 'objects', 'refs']);
  assert.deepEqual(
    (await fs.readdir(room.directory)).filter((name) => name.startsWith('.new')),
    [],
  );
  await assert.rejects(room.git.createRepository({ name: '../up', branch: 'main' }), /no name of an application/);
});

test('what is left of an earlier application of this name is not the new one’s', async () => {
  const app = room.app('again');
  const tree = await room.tree('again');
  assert.equal((await room.run(tree, 'push', 'dalamb', 'main')).code, 0);
  assert.ok(await room.git.commitOf('again', 'main'));
  await room.git.createRepository(app);
  assert.equal(await room.git.commitOf('again', 'main'), undefined);
});

test('removing ends what runs in it, and takes all away', async () => {
  room.app('removed');
  const tree = await room.tree('removed');
  const began = new Promise<AbortSignal>((resolve) => {
    room.build = ({ line, signal }) => {
      line('it is built');
      resolve(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
  });
  const push = room.run(tree, 'push', 'dalamb', 'main');
  const signal = await began;
  await setTimeout(300); // its line is on its way to the client, which waits for more
  await room.git.removeRepository('removed');
  assert.ok(signal.aborted);
  assert.notEqual((await push).code, 0);
  assert.deepEqual(
    (await fs.readdir(room.directory)).filter((name) => /removed|gone/.test(name)),
    [],
  );
  await room.git.removeRepository('removed');
  room.build = async () => {};
});

test('many small packs become few when their round comes, whatever another repository is, and nothing is lost', async () => {
  room.app('packed');
  const tree = await room.tree('packed');
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  const packs = path.join(room.directory, 'packed.git/objects/pack');
  const count = async () => (await fs.readdir(packs)).filter((name) => name.endsWith('.pack')).length;
  const pack = (await fs.readdir(packs)).find((name) => name.endsWith('.pack'))!.slice(0, -5);
  for (let at = 0; at < 45; at++)
    for (const end of ['.pack', '.idx'])
      await fs.copyFile(path.join(packs, pack + end), path.join(packs, `pack-${String(at).padStart(40, '0')}${end}`));
  assert.ok((await count()) > 40);
  await fs.mkdir(path.join(room.directory, 'broken.git')); // comes before it, and is no repository
  for (const round of rounds.splice(0)) round();
  await until(async () => (await count()) === 1);
  await room.ok('.', 'clone', '-q', `${room.url}/packed.git`, 'packed-clone');
  await room.commit(tree, { a: 'a' });
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
});
