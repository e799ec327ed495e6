import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { guarded, keeperObstacle, ociDriver, type SandboxDriver, spawnKeeper } from '../../src/sandbox/index.ts';
import { nodeMount, shell, specOf, watch } from '../contracts/sandbox.ts';
import { memoryTrees } from '../contracts/sandbox-trees.ts';

const obstacle = keeperObstacle('runc');

/** System calls, by their numbers on x86-64; each line of the output is a call and the number of its error. */
const CALLS = `import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *args):
    libc.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in args])
    print(name, ctypes.get_errno(), flush=True)
    ctypes.set_errno(0)
os.makedirs('/tmp/at', exist_ok=True)
call('bind', 165, b'/usr', b'/tmp/at', 0, 4096, 0)
call('umount', 166, b'/tmp/at', 0)
for fs in (b'proc', b'tmpfs', b'sysfs', b'overlay', b'cgroup2', b'fuse'): call('mount-' + fs.decode(), 165, fs, b'/tmp/at', fs, 0, 0)
call('remount', 165, b'none', b'/proc', b'proc', 32 | (1 << 18), 0)
for name, flag in (('user', 0x10000000), ('net', 0x40000000), ('pid', 0x20000000), ('ipc', 0x08000000), ('cgroup', 0x02000000), ('time', 0x80)):
    call('unshare-' + name, 272, flag)
    call('unshare-mnt+' + name, 272, flag | 0x20000)
call('clone-user', 56, 0x10000000 | 17, 0, 0, 0, 0)
for name, number in (('setns', 308), ('pivot_root', 155), ('fsopen', 430), ('open_tree', 428), ('move_mount', 429), ('mount_setattr', 442),
    ('clone3', 435), ('ptrace', 101), ('bpf', 321), ('keyctl', 250), ('open_by_handle_at', 304), ('io_uring_setup', 425), ('userfaultfd', 323)):
    call(name, number, 0, 0, 0, 0, 0)
`;

suite('a nested sandbox', { skip: obstacle ?? false, timeout: 120_000 }, () => {
  let driver: SandboxDriver;
  let plain: SandboxDriver;
  let open: string;
  const closers: (() => Promise<unknown>)[] = [];

  before(async () => {
    const store = await memoryTrees();
    open = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-nested-'));
    fs.chmodSync(open, 0o777);
    fs.writeFileSync(path.join(open, 'shared'), 'of the host', { mode: 0o666 });
    fs.chmodSync(path.join(open, 'shared'), 0o666);
    const mountRoots = [nodeMount.source, open].map((at) => ({ seen: at, real: at }));
    const keeperOf = async (nested: boolean) => {
      const keeper = await spawnKeeper({
        treesDirectory: path.join(store.directory, 'trees'),
        mountRoots,
        runtime: 'runc',
        firstUid: nested ? 9_000_000 : 11_000_000,
        nested,
      });
      const inner = ociDriver({ keeper: keeper.link, clock: systemClock, logger: silentLogger, nested: true });
      const made = guarded(inner, systemClock, store.trees);
      closers.unshift(async () => {
        await made.stop(AbortSignal.timeout(5000));
        await keeper.close();
      });
      return made;
    };
    closers.push(
      () => store.close(),
      async () => fs.rmSync(open, { recursive: true }),
    );
    driver = await keeperOf(true);
    plain = await keeperOf(false);
  });
  after(async () => {
    for (const close of closers) await close();
  });

  const nested = (script: string, more: object = {}) =>
    shell(driver, `exec 2>&1; ${script}`, { nested: true, mounts: [nodeMount, { source: open, target: '/srv/open' }], ...more });

  test('is refused by a keeper that was started without them, and with an image', async () => {
    await assert.rejects(plain.boot(specOf({ nested: true }), watch()), { code: 'KeeperRefused' });
    await assert.rejects(driver.boot(specOf({ nested: true, image: ['0'.repeat(64)], mounts: [] }), watch()), {
      code: 'SandboxIllegal',
    });
  });

  test('is root over ids that are its own, without capabilities over networks, devices and tracing', async () => {
    const { text } = await nested('id -u; cat /proc/self/uid_map; grep -E "Cap(Eff|Bnd)|NoNewPrivs" /proc/self/status');
    assert.match(text, /^0\n\s+0\s+9\d+\s+65536\n/);
    assert.match(text, /CapEff:\s+00000000802405fb\nCapBnd:\s+00000000802405fb\nNoNewPrivs:\s+1/);
  });

  test('binds what it sees, and reaches no other part of the kernel', { skip: process.arch !== 'x64' }, async () => {
    const { text } = await nested(`python3 -c "$PROGRAM"`.replace('$PROGRAM', CALLS.replaceAll('"', '\\"')));
    const calls = new Map(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    assert.equal(calls.get('bind'), '0');
    assert.equal(calls.get('umount'), '0');
    const others = [...calls].filter(([name]) => name !== 'bind' && name !== 'umount');
    assert.equal(others.length, 6 + 1 + 12 + 1 + 13, text);
    assert.deepEqual(
      others.filter(([, error]) => error !== '1' && error !== '38'),
      [],
    ); // EPERM, ENOSYS: the filter
  });

  test('cannot write what the host shows it, also where the host lets everybody', async () => {
    const { text } = await nested(`
      for at in / /usr /etc/ssl /srv/open /run/dalamb; do mount -o remount,bind,rw $at && echo made $at writable; done
      echo x > /srv/open/shared && echo wrote; touch /srv/open/new /usr/new /run/dalamb/new /etc/new && echo made
      mkdir /tmp/b; mount --rbind / /tmp/b; mount -o remount,bind,rw /tmp/b; touch /tmp/b/new && echo made
      for n in 1 2 3; do umount -l /tmp; done; cd /; touch /tmp/new && echo made; ls -la /tmp; mkdir -p /var/tmp/x && echo made; true`);
    assert.doesNotMatch(text, /^(wrote|made)\b(?! \/run\/dalamb)/m);
    assert.equal(fs.readFileSync(path.join(open, 'shared'), 'utf8'), 'of the host');
    assert.deepEqual(fs.readdirSync(open), ['shared']);
  });

  test('sees no file of the host by leaving chroots, no process of others, and makes no device', async () => {
    const { text } = await nested(`
      mkdir -p /tmp/jail; python3 -c 'import os
os.chroot("/tmp/jail")
for n in range(64): os.chdir("..")
os.chroot(".")
print(sorted(os.listdir("/")), os.path.exists("/etc/shadow"), os.path.exists("/root/.ssh"), os.path.exists("/work"), os.path.exists("/var/lib/dalamb"))'
      ls -d /proc/[0-9]* | wc -l
      mknod /tmp/disk b 7 0 && echo made; mknod /tmp/mem c 1 1 && echo made; true`);
    assert.match(text, /False False False False/);
    assert.doesNotMatch(text, /^made/m);
    assert.ok(Number(/^(\d+)$/m.exec(text)?.[1]) < 10, text);
  });

  test('changes nothing of the kernel by /proc, without its masks too', async () => {
    const before = execFileSync('sysctl', ['-n', 'kernel.core_pattern', 'vm.swappiness', 'net.ipv4.ip_forward'], {
      encoding: 'utf8',
    });
    const { text } = await nested(`
      for at in /proc/sys /proc/sysrq-trigger /proc/bus /proc/fs /proc/irq /proc/kcore /proc/keys; do umount -l $at; done
      for name in kernel/core_pattern vm/swappiness vm/drop_caches net/ipv4/ip_forward kernel/hostname fs/file-max user/max_user_namespaces kernel/modprobe; do
        (echo 7 > /proc/sys/$name) 2>/dev/null && echo changed $name; done
      (echo h > /proc/sysrq-trigger) 2>/dev/null && echo changed sysrq
      head -c 1 /proc/kcore >/dev/null 2>&1 && echo read kcore; head -c 1 /dev/kmsg >/dev/null 2>&1 && echo read kmsg
      (echo 0 > /proc/1/oom_score_adj; echo -1000 > /proc/self/oom_score_adj) 2>/dev/null && echo changed oom; true`);
    assert.doesNotMatch(text, /changed (?!kernel\/hostname)|read /, text);
    const after = execFileSync('sysctl', ['-n', 'kernel.core_pattern', 'vm.swappiness', 'net.ipv4.ip_forward'], {
      encoding: 'utf8',
    });
    assert.equal(after, before);
  });

  test('has no network but what its policy opens, and no way to change that', async () => {
    const { text } = await nested(`
      (ip link add x type dummy || ip addr add 10.9.9.9/32 dev lo || nft flush ruleset || iptables -F) 2>/dev/null && echo changed
      python3 -c 'import socket
try: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); print("raw")
except OSError: pass
try: socket.create_connection(("10.255.255.1", 80), 2).recv(1); print("connected")
except OSError: print("closed")'`);
    assert.match(text, /closed/);
    assert.doesNotMatch(text, /changed|raw/);
  });

  test('keeps to its processes, memory and disk', async () => {
    const limits = { memoryMiB: 128, pids: 40 };
    const fork = await nested(`timeout -s KILL 3 sh -c 'b() { b | b & }; b; b; sleep 1'; echo after`, { limits });
    assert.match(fork.text, /fork/i);
    const full = await nested(
      `head -c 100M /dev/zero > /tmp/big && echo fits; head -c 80K /dev/zero > /dev/big && echo fits; true`,
      { limits, tmp: 32 },
    );
    assert.doesNotMatch(full.text, /fits/);
    const memory = await shell(driver, `exec python3 -c "x = bytearray(2**30)"`, { nested: true, limits });
    assert.equal(memory.exit.oom, true, JSON.stringify(memory.exit) + memory.text);
  });
});
