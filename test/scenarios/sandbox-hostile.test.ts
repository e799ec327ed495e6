import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { guarded, keeperObstacle, ociDriver, type Sandbox, type SandboxDriver, spawnKeeper } from '../../src/sandbox/index.ts';
import { nodeMount, shell, specOf, watch } from '../contracts/sandbox.ts';
import { contractTrees, memoryTrees } from '../contracts/sandbox-trees.ts';

const obstacle = keeperObstacle('runc');

suite('hostile code in a sandbox', { skip: obstacle ?? false, timeout: 120_000 }, () => {
  let driver: SandboxDriver;
  let store: Awaited<ReturnType<typeof memoryTrees>>;
  let trees: { one: string; two: string };
  let neighbour: Sandbox;
  let neighbourSeen: ReturnType<typeof watch>;
  const closers: (() => Promise<unknown>)[] = [];

  before(async () => {
    store = await memoryTrees();
    trees = await contractTrees(store.add);
    const keeper = await spawnKeeper({
      treesDirectory: path.join(store.directory, 'trees'),
      mountRoots: [{ seen: nodeMount.source, real: nodeMount.source }],
      runtime: 'runc',
      firstUid: 3_000_000,
    });
    driver = guarded(ociDriver({ keeper: keeper.link, clock: systemClock, logger: silentLogger }), systemClock, store.trees);
    closers.push(
      () => driver.stop(AbortSignal.timeout(5000)),
      () => keeper.close(),
      () => store.close(),
    );
    neighbourSeen = watch((_name, socket) => socket.end('pong\n'));
    neighbour = await driver.boot(specOf({ id: 'neighbour' }), neighbourSeen);
    await neighbour.assign({ trees: [{ hashes: [trees.two], target: '/var/task' }] });
    const script = `const net=require('net');setInterval(()=>{const s=net.connect(9001,'169.254.100.1');s.on('data',d=>process.stdout.write(d)).on('error',()=>{})},50)`;
    await neighbour.run({ argv: ['/var/runtime/node/node', '-e', script], env: { SECRET: 'of-the-neighbour' }, cwd: '/' });
  });
  after(async () => {
    for (const close of closers) await close();
  });

  /** Runs it, and says that the neighbour still answered afterwards. */
  const hostile = async (script: string, limits = { memoryMiB: 128, pids: 64 }) => {
    const result = await shell(driver, script, { limits }, (sandbox) =>
      sandbox.assign({ trees: [{ hashes: [trees.one], target: '/var/task' }] }),
    );
    neighbourSeen.text = '';
    await neighbourSeen.until('pong');
    return result;
  };

  test('a fork bomb meets the limit of its own processes', async () => {
    const { text } = await hostile(`timeout -s KILL 3 /bin/sh -c 'b() { b | b & }; b; b; sleep 1' 2>&1; echo after`);
    assert.match(text, /fork/i);
  });

  test('a fork bomb that does not end is ended with its sandbox', async () => {
    const sandbox = await driver.boot(specOf({ id: 'bomb' }), watch());
    await sandbox.run({
      argv: ['/usr/bin/python3', '-c', 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass'],
      env: {},
      cwd: '/',
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await sandbox.destroy();
    assert.equal((await sandbox.exited).signal, 'SIGKILL');
    assert.deepEqual(processesOf('bomb'), []);
  });

  test('one that is ended while it is being frozen ends at once', async () => {
    for (let n = 0; n < 5; n++) {
      const sandbox = await driver.boot(specOf({ id: `cold-${n}` }), watch());
      await sandbox.run({
        argv: ['/bin/sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do (while :; do :; done) & done; wait'],
        env: {},
        cwd: '/',
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const freezing = sandbox.freeze().catch(() => {});
      const began = Date.now();
      await sandbox.destroy();
      assert.ok(Date.now() - began < 15_000, `${Date.now() - began} ms`);
      await freezing;
    }
  });

  test('a memory bomb is killed, and the kill is named', async () => {
    const { exit } = await hostile(`exec $NODE -e 'const a=[];for(;;)a.push(Buffer.alloc(1<<20,1))'`, {
      memoryMiB: 96,
      pids: 64,
    });
    assert.equal(exit.oom, true);
    assert.equal(exit.signal, 'SIGKILL');
    assert.equal((await hostile('exit 137')).exit.oom, false);
  });

  test('limits given late hold', async () => {
    const { exit } = await shell(driver, `exec /usr/bin/python3 -c 'a=bytearray(150<<20)'`, {}, (sandbox) =>
      sandbox.assign({ limits: { memoryMiB: 64, pids: 16 } }),
    );
    assert.equal(exit.oom, true);
  });

  test('a CPU quota holds', async () => {
    const burn = `const end=Date.now()+1000;while(Date.now()<end);console.log(process.cpuUsage().user+process.cpuUsage().system)`;
    const { text } = await shell(driver, `exec $NODE -e '${burn}'`, { limits: { memoryMiB: 128, pids: 64, cpus: 0.25 } });
    assert.ok(Number(text) < 500_000, text);
  });

  test('/tmp is as large as was said, and not charged to memory', async () => {
    const { text } = await hostile('head -c 600M /dev/zero > /tmp/f; stat -c %s /tmp/f; df -m /tmp | tail -1', {
      memoryMiB: 64,
      pids: 64,
    });
    assert.match(text, /No space left on device/);
    assert.ok(Number(/^(\d+)$/m.exec(text)?.[1]) > 450e6, text);
  });

  test('open files are limited', async () => {
    const { text } = await hostile(
      `$NODE -e 'const fs=require("fs");let n=0;try{for(;;n++)fs.openSync("/etc/passwd")}catch(e){console.log(e.code,n)}'`,
    );
    assert.match(text, /EMFILE \d{3,4}\n/);
  });

  test('it sees nothing of the host, of the data or of others', async () => {
    const probes = [
      'cat /etc/shadow',
      'ls /root',
      'ls /work',
      `ls ${store.directory}`,
      'ls /run/dalamb/..',
      'ls /sys/fs/cgroup/*',
      'cat /proc/1/environ',
      'ls -d /proc/[0-9]* | wc -l',
      'cat /proc/kcore | head -c 1',
      'cat /proc/keys',
      'grep -r of-the-neighbou[r] /proc/*/environ /tmp /run /var 2>/dev/null',
      'cat /var/task/hello.txt; ls /opt /run /run/dalamb',
      'cat /proc/self/mountinfo',
    ];
    const { text } = await hostile(probes.map((probe) => `echo "> ${probe.replaceAll('"', '')}"; ${probe} 2>&1`).join('\n'));
    const said = (probe: string) => text.split(`> ${probe}\n`)[1]!.split('\n> ')[0]!;
    assert.match(said('cat /etc/shadow'), /No such file/);
    assert.match(said('ls /work'), /No such file/);
    assert.match(said(`ls ${store.directory}`), /No such file/);
    assert.match(said('ls /run/dalamb/..'), /^dalamb$/);
    assert.ok(Number(said('ls -d /proc/[0-9]* | wc -l')) < 8);
    assert.doesNotMatch(text, /of-the-neighbour\n|SECRET|root:\*|two/);
    assert.match(said('cat /var/task/hello.txt; ls /opt /run /run/dalamb'), /^one/);
    assert.doesNotMatch(said('cat /proc/self/mountinfo'), /neighbour/);
  });

  test('it changes nothing: files, kernel settings, mounts, names, users', async () => {
    const probes = [
      'echo x > /usr/evil',
      'echo x > /var/task/evil',
      'echo x > /opt/evil',
      'echo x > /evil',
      'echo x > /run/dalamb/evil',
      'echo x > /var/runtime/node/evil',
      'echo 0 > /proc/sys/kernel/randomize_va_space',
      'echo c > /proc/sysrq-trigger',
      'mount -t tmpfs none /tmp',
      'umount /var/task',
      'unshare -U true',
      'unshare -Ur true',
      'unshare -n true',
      'hostname evil',
      'mknod /tmp/null c 1 3',
      'chroot /tmp true',
      'su -c true',
      'setpriv --reuid 0 true',
      'nsenter -t 1 -m true',
      'ip link add dummy0 type dummy',
      'kill -9 1; sleep 0.1',
      'dmesg',
    ];
    const { text, exit } = await hostile(
      `id -u; grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status; ${probes.map((probe) => `( ${probe} ) >/dev/null 2>&1 && echo "DID ${probe}"`).join('\n')}\necho survived`,
    );
    assert.equal(exit.code, 0);
    assert.match(text, /^993\n/);
    assert.match(text, /CapBnd:\s+0+\n/);
    assert.match(text, /NoNewPrivs:\s+1\n/);
    assert.match(text, /Seccomp:\s+2\n/);
    assert.deepEqual(text.match(/DID .*/g)?.filter((line) => !line.startsWith('DID kill -9 1')) ?? [], []);
    assert.match(text, /survived/);
  });

  test('it cannot kill or trace what is not its own', async () => {
    const victim = await hostile(`/usr/bin/python3 - <<'E'
import os, ctypes
libc = ctypes.CDLL(None, use_errno=True)
for pid in (${process.pid}, ${process.ppid}):
    try: os.kill(pid, 9); print("killed", pid)
    except OSError as e: print(type(e).__name__)
for call in ((101, 16, 1, 0, 0), (101, 16, ${process.pid}, 0, 0), (310, 1, 0, 0, 0, 0, 0), (272, 0x10000000), (165, b"none", b"/tmp", b"tmpfs", 0, 0), (246, 0, 0, 0, 0), (175, 0, 0, 0), (321, 5, 0, 72), (250, 0, 0, 0), (323, 0), (425, 1, 0)):
    r = libc.syscall(*call); print(call[0], "->", r)
E`);
    assert.doesNotMatch(victim.text, /killed/);
    for (const [, number, result] of victim.text.matchAll(/^(\d+) -> (-?\d+)$/gm))
      assert.equal(result, '-1', `system call ${number} was let through`);
    assert.equal((victim.text.match(/->/g) ?? []).length, 11);
  });

  test('nothing but the platform answers on its network', async () => {
    const secret = net.createServer((socket) => socket.end('host secret')).listen(0, '127.0.0.1');
    const everywhere = net.createServer((socket) => socket.end('host secret')).listen(0, '0.0.0.0');
    closers.push(
      async () => secret.close(),
      async () => everywhere.close(),
    );
    await Promise.all([secret, everywhere].map((server) => once(server, 'listening')));
    const ports = [secret, everywhere].map((server) => (server.address() as net.AddressInfo).port);
    const script = `const net=require('net');const tries=[['127.0.0.1',${ports[0]}],['127.0.0.1',${ports[1]}],['169.254.100.1',80],['169.254.169.254',80],['10.0.0.1',80],['8.8.8.8',80],['1.1.1.1',443],['::1',${ports[1]}]];
      (async()=>{for(const [host,port] of tries)await new Promise(r=>{const s=net.connect({host,port,timeout:3000});s.on('data',d=>console.log('GOT',host,port,String(d))).on('error',e=>console.log(host,e.code)).on('timeout',()=>{console.log(host,'timeout');s.destroy()}).on('close',r)})
      const u=require('dgram').createSocket('udp4');u.on('error',e=>console.log('udp',e.code));u.send('x',9999,'8.8.8.8',e=>{console.log('udp',e?.code);u.close()})})()`;
    const { text } = await hostile(`exec $NODE -e "${script}"`);
    assert.doesNotMatch(text, /GOT|timeout/);
    assert.match(text, /127.0.0.1 ECONNREFUSED/);
    assert.match(text, /1.1.1.1 ECONN(RESET|REFUSED)/);
    assert.match(text, /udp E/);
  });

  test('the handles of the keeper do not reach it', async () => {
    const { text } = await hostile('ls -l /proc/self/fd; env; ls /dev /dev/shm');
    assert.doesNotMatch(text, /socket:|NODE_CHANNEL|loop/);
  });

  test('a process that kills its own parent, itself or everything ends only itself', async () => {
    const { exit } = await hostile('kill -9 -1; exit 4');
    assert.equal(exit.code, 4);
  });
});

/** Processes of a sandbox that are still there, by its cgroup. */
function processesOf(id: string): string[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`/${id}\n`);
    } catch {
      return false;
    }
  });
}
