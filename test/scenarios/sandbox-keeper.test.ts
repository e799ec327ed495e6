import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { keeperObstacle } from '../../src/sandbox/index.ts';

const obstacle = keeperObstacle('runc');
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-keeper-'));
const running = new Set<ChildProcessWithoutNullStreams>();
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  fs.rmSync(directory, { recursive: true, force: true });
});

async function start() {
  const entry = path.join(import.meta.dirname, 'sandbox-kept-server.ts');
  const data = fs.mkdtempSync(path.join(directory, 'data-'));
  const child = spawn(process.execPath, ['--no-warnings', entry, data, path.join(data, '../secret')]);
  running.add(child);
  child.once('exit', () => running.delete(child));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) assert.fail(`it ended: ${errors}`);
    return JSON.parse(value);
  };
  const tell = (what: object) => void child.stdin.write(`${JSON.stringify(what)}\n`);
  return { child, data, next, tell, facts: await next() };
}

const alive = (pid: number) => fs.existsSync(`/proc/${pid}`);
async function until(what: string, done: () => boolean) {
  for (let tries = 0; tries < 200; tries++) {
    if (done()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(what);
}
/** Cgroups of the sandboxes of one keeper. */
const groups = (keeper: number) =>
  fs.readdirSync('/sys/fs/cgroup', { recursive: false }).flatMap((controller) => {
    const at = path.join('/sys/fs/cgroup', String(controller));
    const names = fs.statSync(at).isDirectory() ? fs.readdirSync(at) : [];
    return [String(controller), ...names].filter((name) => name.startsWith(`dalamb-${keeper}-`));
  });

test('the server runs unprivileged below the keeper, and neither outlives the other', {
  skip: obstacle ?? false,
  timeout: 60_000,
}, async (t) => {
  const { child, data, next, tell, facts } = await start();
  const none = '0'.repeat(16);
  await t.test('what the server is and may', () => {
    const { pid, ...rest } = facts;
    assert.ok(pid > 0 && pid !== child.pid);
    assert.deepEqual(rest, {
      uid: 64200,
      groups: [64200],
      capabilities: none,
      bounding: none,
      noNewPrivileges: '1',
      settings: { hello: 1 },
      writesData: 'ok',
      writesSecret: 'ok',
      writesCheckout: 'EROFS',
      readsShadow: 'EACCES',
      killsKeeper: 'EPERM',
    });
    assert.equal(fs.statSync(data).uid, 64200);
  });

  await t.test('it boots sandboxes through the keeper', async () => {
    tell({ boot: 'one' });
    assert.deepEqual(await next(), { output: 'up\n' });
    assert.notEqual(groups(child.pid!).length, 0);
  });

  await t.test('the keeper refuses what is not in its closed set', async () => {
    const hash = 'c'.repeat(64);
    tell({ link: hash });
    const seen = path.join(
      '/run/dalamb',
      fs.readdirSync('/run/dalamb').find((name) => name.startsWith(`${child.pid}-`))!,
      'data',
    );
    fs.symlinkSync('/etc', path.join(data, 'runtimes')); // the server could have made it
    const limits = { memoryMiB: 128, pids: 32 };
    const boot = { id: 'two', mounts: [], tmp: { mib: 512 }, limits };
    const mount = (source: string, target: string) => ({ command: 'boot', input: { ...boot, mounts: [{ source, target }] } });
    const illegal = [
      { command: 'exec', input: { argv: ['id'] } },
      { command: 'constructor', input: {} },
      { command: 'close', input: {} },
      { command: 'boot', input: { ...boot, id: '../../x' } },
      { command: 'boot', input: { ...boot, id: 'one' } },
      { command: 'boot', input: { ...boot, privileged: true } },
      { command: 'boot', input: { ...boot, tmp: { volume: 'v1' } } },
      { command: 'boot', input: { ...boot, limits: { memoryMiB: 1e12, pids: 32 } } },
      mount('/etc', '/var/etc'),
      mount('/', '/var/root'),
      mount(path.resolve(import.meta.dirname, '../../..'), '/var/up'),
      mount(`${path.resolve(import.meta.dirname, '../..')}/../..`, '/var/up'),
      mount(data, '/var/data'),
      mount(`${seen}/trees`, '/var/data'),
      mount(`${seen}/runtimes`, '/var/runtime'),
      mount(`${seen}/runtimes/ssl`, '/var/runtime'),
      mount('/etc/ssl', '/etc/ssl'),
      mount(path.resolve(import.meta.dirname, '../../examples'), '/usr/bin'),
      mount(path.resolve(import.meta.dirname, '../../examples'), '/var/../etc'),
      mount(path.resolve(import.meta.dirname, '../../examples'), '/var/task'),
      { command: 'boot', input: { ...boot, image: [hash] } },
      { command: 'boot', input: { ...boot, image: ['../../../etc'] } },
      { command: 'boot', input: { ...boot, image: [] } },
      { command: 'connect', input: { id: 'nobody', port: 80 } },
      { command: 'connect', input: { id: 'one', port: 0 } },
      { command: 'connect', input: { id: 'one', port: 80, host: '10.0.0.1' } },
      { command: 'assign', input: { id: 'one', trees: [{ hashes: [hash], target: '/opt' }] } },
      { command: 'assign', input: { id: 'one', trees: [{ hashes: ['../../../etc'], target: '/opt' }] } },
      { command: 'assign', input: { id: 'nobody' } },
      { command: 'freeze', input: { id: 'nobody' } },
      { command: 'signal', input: { id: 'one', signal: 'SIGSTOP' } },
      { command: 'destroy', input: { id: 'nobody', keepTmp: false } },
      { command: 'discard', input: { volume: '../x' } },
    ];
    for (const raw of illegal) {
      tell({ raw });
      assert.deepEqual(await next(), { refused: 'KeeperRefused' }, JSON.stringify(raw));
    }
    tell({ raw: { command: 'freeze', input: { id: 'one' } } });
    assert.deepEqual(await next(), { answer: null });
  });

  await t.test('SIGTERM goes to the server; the keeper exits as it does and leaves nothing', async () => {
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [7, null]);
    assert.equal(alive(facts.pid), false);
    assert.deepEqual(groups(child.pid!), []);
    assert.deepEqual(
      fs.readdirSync('/run/dalamb').filter((name) => name.startsWith(`${child.pid}-`)),
      [],
    );
  });
});

test('a killed keeper takes server and sandboxes along, and the next start sweeps the rest', {
  skip: obstacle ?? false,
  timeout: 60_000,
}, async () => {
  const first = await start();
  first.tell({ boot: 'one' });
  await first.next();
  first.tell({ boot: 'two' });
  await first.next();
  first.child.kill('SIGKILL');
  await until('the server is still there', () => !alive(first.facts.pid));
  await until('cgroups are still there', () => groups(first.child.pid!).length === 0);
  const second = await start();
  assert.deepEqual(
    fs.readdirSync('/run/dalamb').filter((name) => name.startsWith(`${first.child.pid}-`)),
    [],
  );
  assert.deepEqual(
    fs.readdirSync('/var/lib/dalamb').filter((name) => name.startsWith(`${first.child.pid}-`)),
    [],
  );
  second.child.kill('SIGTERM');
  await once(second.child, 'exit');
});

test('a server that is killed ends its keeper and its sandboxes', { skip: obstacle ?? false, timeout: 60_000 }, async () => {
  const { child, next, tell, facts } = await start();
  tell({ boot: 'one' });
  await next();
  process.kill(facts.pid, 'SIGKILL');
  assert.deepEqual(await once(child, 'exit'), [137, null]);
  assert.deepEqual(groups(child.pid!), []);
});
