import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Attacker, answerOf, SECRET, startVictims, type Victims } from '../support/attacks.ts';
import { ociMissing } from '../support/invoke-room.ts';

const probe = `/usr/bin/python3 - <<'E'
import os, ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *args):
    result = libc.syscall(number, *args)
    print(name, "refused" if result == -1 else "DID", flush=True)
call("mount", 165, b"none", b"/tmp", b"tmpfs", 0, 0)
call("fsopen", 430, b"tmpfs", 0)
call("unshare user", 272, 0x10000000)
call("unshare net", 272, 0x40000000)
call("setns", 308, os.open("/proc/1/ns/net", os.O_RDONLY) if os.access("/proc/1/ns/net", os.R_OK) else 0, 0)
call("ptrace 1", 101, 16, 1, 0, 0)
call("process_vm_readv", 310, 1, 0, 0, 0, 0, 0)
call("bpf", 321, 5, 0, 72)
call("io_uring_setup", 425, 8, ctypes.create_string_buffer(120))
call("userfaultfd", 323, 0)
call("perf_event_open", 298, ctypes.create_string_buffer(128), 0, -1, -1, 0)
call("keyctl", 250, 0, -3, 1)
call("setuid", 105, 0)
call("setresuid", 117, 0, 0, 0)
call("setgroups", 116, 0, 0)
call("chroot", 161, b"/tmp")
call("pivot_root", 155, b"/tmp", b"/tmp")
call("mknod block", 133, b"/tmp/disk", 0o60666, 0x700)
call("init_module", 175, 0, 0, 0)
call("kexec_load", 246, 0, 0, 0, 0)
call("reboot", 169, 0xfee1dead, 672274793, 0x1234567)
call("sethostname", 170, b"evil", 4)
call("open_by_handle_at", 304, -100, ctypes.create_string_buffer(16), 0)
call("raw socket", 41, 2, 3, 1)
call("packet socket", 41, 17, 3, 3)
call("settimeofday", 164, ctypes.create_string_buffer(16), 0)
call("swapon", 167, b"/tmp/x", 0)
call("iopl", 172, 3)
call("clone3 new namespaces", 435, 0, 0)
call("prlimit up", 302, 0, 7, (ctypes.c_ulong * 2)(1 << 20, 1 << 20), 0)
E`;

suite('functions that look and reach for what is not theirs', { skip: ociMissing ?? false, timeout: 120_000 }, () => {
  let victims: Victims;
  let attack: Attacker;
  let host: http.Server;
  let everywhere: http.Server;
  const asked: string[] = [];
  before(async () => {
    host = http.createServer((request, response) => {
      asked.push(`${request.url}`);
      response.end('host secret');
    });
    everywhere = http.createServer((request, response) => {
      asked.push(`${request.url}`);
      response.end('host secret');
    });
    await Promise.all([once(host.listen(0, '127.0.0.1'), 'listening'), once(everywhere.listen(0, '0.0.0.0'), 'listening')]);
    victims = await startVictims();
    attack = await victims.attacker('spy', { Timeout: 30, MemorySize: 1024 });
  });
  after(async () => {
    host?.close();
    everywhere?.close();
    await victims?.stop();
  });

  const said = async (code: string) => String(answerOf(await victims.beside(() => attack(code))));

  test('it finds nothing of another function: code, environment, processes', async () => {
    const text = await said(
      `return sh('grep -rl ${SECRET.slice(0, -1)}[${SECRET.at(-1)}] /var /opt /tmp /run /home /etc /dev/shm /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/mountinfo; cat /proc/1/environ /proc/*/environ | tr "\\\\0" "\\\\n" | grep -c AWS_SECRET; ls -d /proc/[0-9]*; ls /var/task /opt /run/dalamb /home')`,
    );
    assert.doesNotMatch(text, new RegExp(SECRET));
    assert.doesNotMatch(text, /^\/(var|opt|tmp|run|proc).*(environ|cmdline|js)$/m, 'a file with the secret');
    assert.ok((text.match(/^\/proc\/\d+$/gm) ?? []).length < 8, text);
    assert.match(text, /^index\.js$/m);
  });

  test("it sees neither the store, nor the trees, nor the keeper's directory, nor sockets of others", async () => {
    const { directory } = victims.platform;
    const keys = path.join(path.dirname(directory), `.${path.basename(directory)}.dalamb-key`);
    assert.ok(fs.existsSync(keys) && fs.existsSync(path.join(directory, 'store')), 'what is looked for exists');
    const keeper = fs.readdirSync('/run/dalamb').map((name) => `/run/dalamb/${name}`);
    assert.ok(keeper.length > 0);
    const places = [
      directory,
      path.join(directory, 'store'),
      path.join(directory, 'trees'),
      keys,
      ...keeper,
      '/work',
      '/root/.ssh',
      '/etc/shadow',
      '/etc/passwd-',
      '/var/lib',
      '/boot',
      '/sys/fs/cgroup',
      '/sys/kernel',
      '/dev/loop0',
      '/dev/vda',
      '/dev/mem',
      '/dev/kmsg',
      '/proc/kcore',
    ];
    const found = answerOf<string[]>(
      await victims.beside(() =>
        attack(`const fs = require('fs'); const found = [];
          for (const place of ${JSON.stringify(places)}) for (const root of ['', '/proc/1/root', '/proc/self/root/..', '/proc/self/cwd/../..'])
            try { fs.statSync(root + place).isDirectory() ? fs.readdirSync(root + place).length && found.push(root + place) : fs.readFileSync(root + place).length && found.push(root + place); } catch {}
          return found`),
      ),
    );
    assert.deepEqual(found, []);
    const sockets = await said(
      `return sh('find / -xdev -type s 2>/dev/null; find /run /tmp /dev -type s; cat /proc/net/unix | grep -v " @\\\\?$" | tail -n +2 | grep "/"')`,
    );
    for (const line of sockets.split('\n').filter((line) => line.includes('/')))
      assert.match(line, /\/run\/dalamb\/(?:[^/]+\/b\/(?:fn|ready)-[0-9a-f]+\/run\/)?channel\.sock$/);
  });

  test('it writes nowhere but to /tmp and /dev/shm, and gains nothing by links there', async () => {
    const text = await said(`return sh(\`
      for d in / /usr /usr/bin /etc /etc/ssl /home /opt /root /run /run/dalamb /srv /var /var/task /var/runtime /var/lang /sys /proc/sys/kernel /dev; do touch $d/evil 2>/dev/null && echo WROTE $d; done
      for t in / /proc/1/root /var/task /run/dalamb /etc; do ln -sfn $t /tmp/link && touch /tmp/link/evil 2>/dev/null && echo WROTE $t; done
      ln -s /var/task/index.js /tmp/code && echo evil 2>/dev/null > /tmp/code && echo WROTE code
      ln /var/task/index.js /tmp/hard 2>/dev/null && echo LINKED
      ln -s ../../../../../../etc/shadow /tmp/up; cat /tmp/up 2>/dev/null && echo READ shadow
      cp /bin/sh /tmp/rootsh && chmod 4755 /tmp/rootsh && /tmp/rootsh -p -c 'id -u'
      mount --bind / /tmp 2>/dev/null && echo MOUNTED
      rm -rf --no-preserve-root /var /usr /run /opt /etc 2>/dev/null; ls /var/task /usr/bin/env
    \`)`);
    assert.doesNotMatch(text, /WROTE|LINKED|READ|MOUNTED/);
    assert.match(text, /^993$/m);
    assert.match(text, /^index\.js$/m);
  });

  test('no system call gives it more than it has', async () => {
    const text = await said(`return sh(${JSON.stringify(probe)})`);
    assert.deepEqual(text.match(/.* DID$/gm) ?? [], []);
    assert.equal((text.match(/ refused$/gm) ?? []).length, (probe.match(/^call\(/gm) ?? []).length, text);
  });

  test('its signals reach only its own processes', async () => {
    const text = await said(`return sh(\`
      for p in ${process.pid} ${victims.platform.pid} 2 ; do kill -9 $p 2>/dev/null && echo KILLED $p; done
      find /proc -maxdepth 1 -name '[0-9]*' | wc -l\`)`);
    assert.doesNotMatch(text, /KILLED/);
    const all = await victims.beside(() =>
      attack(`require('child_process').spawn('/bin/sh', ['-c', 'kill -9 -1; exit']); await pause(20000)`),
    );
    assert.equal(all.error, 'Unhandled');
    assert.match(JSON.stringify(all.payload), /Runtime exited with error: signal: killed/);
    const first = await victims.beside(() => attack(`sh('kill -9 1; kill -15 1; kill -STOP 1'); return 'alive'`));
    assert.ok(
      first.error === undefined || /Runtime\.ExitError/.test(JSON.stringify(first.payload)),
      JSON.stringify(first.payload),
    );
    assert.equal(answerOf(await attack('return 2')), 2);
  });

  test('neither the host, nor private networks, nor a metadata service answers', async () => {
    const port = (server: http.Server) => (server.address() as { port: number }).port;
    const own = Object.values(os.networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address),
    );
    const platformPort = Number(new URL(victims.platform.url).port);
    const targets = [
      ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '::1', '::ffff:127.0.0.1', 'localhost', ...own].flatMap((address) => [
        [address, platformPort],
        [address, port(host)],
        [address, port(everywhere)],
      ]),
      ...[
        '169.254.169.254',
        '169.254.170.2',
        '169.254.100.2',
        '10.0.0.1',
        '172.16.0.1',
        '192.168.0.1',
        '100.100.100.200',
        'fd00:ec2::254',
        '224.0.0.1',
        '255.255.255.255',
      ].map((address) => [address, 80]),
      ['169.254.100.1', 80],
      ['169.254.100.1', platformPort],
    ];
    const answers = answerOf<string[]>(
      await victims.beside(() =>
        attack(`const net = require('net');
          return Promise.all(${JSON.stringify(targets)}.map(([host, port]) => new Promise((resolve) => {
            const began = Date.now();
            const socket = net.connect({ host, port, timeout: 5000 });
            socket.on('connect', () => socket.write('GET /from-inside HTTP/1.0\\r\\n\\r\\n'));
            socket.on('data', (data) => resolve('GOT ' + host + ':' + port + ' ' + data));
            socket.on('timeout', () => resolve('timeout ' + host + ':' + port)).on('error', (e) => resolve(e.code)).on('close', () => resolve('closed'));
          })))`),
      ),
    );
    assert.deepEqual(
      answers.filter((answer) => /GOT|timeout/.test(answer)),
      [],
    );
    assert.deepEqual(asked, []);
    const udp = await said(
      `const s = require('dgram').createSocket('udp4'); return Promise.all(['127.0.0.1', '${own.find((address) => address !== '127.0.0.1') ?? '10.0.0.1'}', '8.8.8.8'].map((to) => new Promise((resolve) => s.send('x', 4567, to, (error) => resolve(error ? error.code : 'sent'))))).finally(() => s.close())`,
    );
    assert.match(udp, /^sent,E\w+,E\w+$/); // to its own loopback, where nobody is
  });
});

suite('functions that may reach one address only', { skip: ociMissing ?? false, timeout: 60_000 }, () => {
  test('egress follows the policy of the platform, by address and port', async () => {
    const address = Object.values(os.networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    const [open, shut] = [
      http.createServer((_, response) => response.end('welcome')),
      http.createServer((_, response) => response.end('never')),
    ];
    for (const server of [open, shut]) await once(server.listen(0, '0.0.0.0'), 'listening');
    const [openPort, shutPort] = [open, shut].map((server) => (server.address() as { port: number }).port);
    assert.ok(address, 'this host has no address of its own');
    const victims = await startVictims(`[egress]\nallow = [{ to = "${address}", port = ${openPort} }]\n`);
    try {
      const attack = await victims.attacker('caller');
      const get = (port: number | undefined) =>
        `return fetch('http://${address}:${port}/').then((r) => r.text(), (e) => 'refused ' + e.cause?.code)`;
      assert.equal(answerOf(await attack(get(openPort))), 'welcome');
      assert.match(answerOf(await attack(get(shutPort))), /^refused ECONN/);
      assert.match(
        answerOf(
          await attack(`return fetch('http://169.254.169.254/').then(() => 'reached', (e) => 'refused ' + e.cause?.code)`),
        ),
        /^refused/,
      );
    } finally {
      await victims.stop();
      open.close();
      shut.close();
    }
  });
});
