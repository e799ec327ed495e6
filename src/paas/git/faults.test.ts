import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import type { Deploy } from '../../model/index.ts';
import { type GitRoom, openGitRoom, until } from './git.fixture.ts';

let room: GitRoom;
before(async () => {
  room = await openGitRoom();
});
after(() => room.close());

/** A build that waits: when it has begun, and what ends it. */
function slowBuild() {
  let begin: (request: Parameters<Deploy>[0]) => void = () => {};
  let end: () => void = () => {};
  const began = new Promise<Parameters<Deploy>[0]>((resolve) => {
    begin = resolve;
  });
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  room.build = async (request) => {
    begin(request);
    await Promise.race([ended, new Promise((_, reject) => request.signal.addEventListener('abort', reject))]);
  };
  return { began, end };
}

/** Processes of the server that work in that repository: their ids and names. */
const workers = (app: string) => workersIn(path.join(room.directory, `${app}.git`));

async function workersIn(directory: string): Promise<{ pid: number; args: string }[]> {
  const lines = await new Promise<string>((resolve) => execFile('ps', ['-eo', 'pid=,ppid=,args='], (_, out) => resolve(out)));
  const all = lines.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  const own = new Set<string>();
  for (const [, pid, parent, args] of all)
    if (args !== undefined && (own.has(parent!) || (args.includes(directory) && !args.includes('openGitRoom')))) own.add(pid!);
  return all.filter(([, pid]) => own.has(pid!)).map(([, pid, , args]) => ({ pid: Number(pid), args: args! }));
}

async function pushesAfterwards(app: string, tree: string) {
  await until(async () => (await room.leftovers(app)).length === 0);
  room.build = async () => {};
  const commit = await room.commit(tree, { [`after-${Date.now()}`]: 'x' });
  const pushed = await room.run(tree, 'push', 'dalamb', 'main');
  assert.equal(pushed.code, 0, pushed.err);
  assert.equal(await room.at(app, 'main'), commit);
}

for (const [what, pattern] of [
  ['receive-pack', /receive-pack/],
  ['the hook', /pre-receive/],
] as const) {
  test(`SIGKILL of ${what} while it builds: the build is called off, nothing is half, the next push works`, async () => {
    const app = `killed-${what.length}`;
    room.app(app);
    const tree = await room.tree(app);
    const { began } = slowBuild();
    const push = room.run(tree, 'push', 'dalamb', 'main');
    const { signal } = await began;
    const victim = (await workers(app)).find(({ args }) => pattern.test(args))!;
    process.kill(victim.pid, 'SIGKILL');
    assert.notEqual((await push).code, 0);
    await until(() => signal.aborted);
    assert.equal(await room.at(app, 'main'), '');
    await until(async () => (await workers(app)).length === 0);
    await pushesAfterwards(app, tree);
  });
}

test('a client that goes before the release ends the push; one that goes after it does not', async () => {
  room.app('gone');
  const tree = await room.tree('gone');
  const start = () =>
    spawn('git', ['push', 'dalamb', 'main'], { cwd: path.join(room.workplace, tree), detached: true, stdio: 'ignore' });
  const { began } = slowBuild();
  const first = start();
  const { signal } = await began;
  process.kill(-first.pid!, 'SIGKILL');
  await until(() => signal.aborted);
  assert.equal(await room.at('gone', 'main'), '');
  await until(async () => (await room.leftovers('gone')).length === 0);
  const second = slowBuild();
  const client = start();
  await second.began;
  process.kill(client.pid!, 'SIGSTOP');
  second.end();
  await until(async () => (await room.at('gone', 'main')) !== '');
  process.kill(-client.pid!, 'SIGKILL');
  await pushesAfterwards('gone', tree);
});

test('a start sweeps what a killed server left: quarantines, locks, repositories half made or half removed', async () => {
  room.app('swept');
  const tree = await room.tree('swept');
  await room.ok(tree, 'push', '-q', 'dalamb', 'main');
  const repository = path.join(room.directory, 'swept.git');
  for (const file of [
    'objects/tmp_objdir-incoming-abc/pack/x.pack',
    'objects/pack/tmp_pack_abc',
    'refs/heads/main.lock',
    'packed-refs.lock',
    'HEAD.lock',
    '../.new-1/HEAD',
    '../.gone-1/HEAD',
  ]) {
    await fs.mkdir(path.dirname(path.join(repository, file)), { recursive: true });
    await fs.writeFile(path.join(repository, file), '');
  }
  await room.commit(tree, { b: 'b' });
  assert.notEqual((await room.run(tree, 'push', 'dalamb', 'main')).code, 0, 'the lock holds');
  await room.git.service.stop(AbortSignal.abort());
  const again = await openGitRoom({ deps: { directory: room.directory } });
  try {
    assert.deepEqual(await room.leftovers('swept'), []);
    assert.deepEqual(
      (await fs.readdir(room.directory)).filter((name) => /^\.(new|gone)/.test(name)),
      [],
    );
    again.app('swept');
    await room.ok(tree, 'push', '-q', `${again.url}/swept.git`, 'main');
  } finally {
    await again.close();
  }
});

test('SIGKILL of the server while it builds: its children end by themselves, and the next server takes the push', async () => {
  const directory = path.join(room.workplace, 'repositories');
  const fixture = path.join(import.meta.dirname, 'git.fixture.ts');
  const code = `const { openGitRoom } = await import(${JSON.stringify(fixture)});
    const room = await openGitRoom({ deps: { directory: ${JSON.stringify(directory)} } });
    room.app('crashed');
    room.build = () => { console.log('building'); return new Promise(() => setInterval(() => {}, 1000)); };
    console.log(room.url);`;
  const server = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const url = (await lines.next()).value as string;
  const tree = await room.tree('crashed');
  const push = room.run(tree, 'push', `${url}/crashed.git`, 'main');
  assert.equal((await lines.next()).value, 'building');
  server.kill('SIGKILL');
  assert.notEqual((await push).code, 0);
  const again = await openGitRoom({ deps: { directory } });
  try {
    again.app('crashed');
    assert.equal(await again.at('crashed', 'main'), '');
    assert.equal((await room.run(tree, 'push', `${again.url}/crashed.git`, 'main')).code, 0);
    await until(async () => (await workersIn(directory)).length === 0);
    assert.deepEqual(await again.leftovers('crashed'), []);
  } finally {
    await again.close();
  }
});
