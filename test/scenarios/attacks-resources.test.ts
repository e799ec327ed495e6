import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { type Attacker, answerOf, assertPlatformError, channel, startVictims, type Victims } from '../support/attacks.ts';
import { ociMissing } from '../support/invoke-room.ts';

suite('functions that take all they can', { skip: ociMissing ?? false, timeout: 120_000 }, () => {
  let victims: Victims;
  let attack: Attacker;
  before(async () => {
    victims = await startVictims();
    attack = await victims.attacker('greedy');
  });
  after(() => victims?.stop());

  const works = async () => assert.equal(answerOf(await attack('return 1 + 1')), 2);

  test('a fork bomb meets its own limit, ends with its timeout, and nothing of it stays', async () => {
    const bomb = await victims.attacker('bomb', { Timeout: 2 });
    const seen = await victims.beside(() =>
      bomb(
        `require('child_process').spawn('/bin/sh', ['-c', 'b() { b | b & }; b; while :; do b; done'], { stdio: 'ignore' }); await pause(60000)`,
      ),
    );
    assertPlatformError(seen, 'Sandbox.Timedout', 'Task timed out after 2.00 seconds');
    const left = answerOf<string>(await bomb(`return sh('ls -d /proc/[0-9]* | wc -l')`));
    assert.ok(Number(left) < 12, `${left} processes`);
    await works();
  });

  test('threads and children stop at 1,024', async () => {
    const many = await victims.attacker('threads', { MemorySize: 1024, Timeout: 20 });
    const script = `import threading, os, time
threading.stack_size(128 * 1024)
n = 0
try:
  while n < 5000:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); n += 1
except RuntimeError: pass
try: os.fork(); print("forked")
except OSError as e: print("refused", n, flush=True)
os._exit(0)`;
    const seen = await victims.beside(() =>
      many(`require('fs').writeFileSync('/tmp/t.py', ${JSON.stringify(script)}); return sh('/usr/bin/python3 /tmp/t.py')`),
    );
    const [, count] = /^refused (\d+)$/m.exec(answerOf<string>(seen)) ?? [];
    assert.ok(Number(count) > 900 && Number(count) < 1024, JSON.stringify(seen.payload));
    assert.equal(answerOf(await many('return 3')), 3);
  });

  test('a memory bomb is killed and named; /tmp and the environment stay', async () => {
    answerOf(await attack(`require('fs').writeFileSync('/tmp/kept', 'still here')`));
    const seen = await victims.beside(() => attack('const all = []; for (;;) all.push(Buffer.alloc(8 << 20, 1))'));
    assertPlatformError(seen, 'Runtime.OutOfMemory', 'Runtime exited with error: signal: killed');
    assert.match(seen.tail, /Memory Size: 128 MB\tMax Memory Used: 1(2[0-9]|3[0-2]) MB/);
    assert.equal(answerOf(await attack(`return require('fs').readFileSync('/tmp/kept', 'utf8') + calls`)), 'still here1');
  });

  test('a child that takes the memory is killed alone, or the runtime with it', async () => {
    const seen = await victims.beside(() => attack(`return sh("exec /usr/bin/python3 -c 'a = bytearray(400 << 20)'")`));
    if (seen.error === undefined) assert.match(String(seen.payload), /\((SIGKILL|137)\)$/);
    else assertPlatformError(seen, 'Runtime.OutOfMemory', 'Runtime exited with error: signal: killed');
    await works();
  });

  test('shared memory counts as memory', async () => {
    const seen = await victims.beside(() => attack(`return sh('head -c 300M /dev/zero > /dev/shm/f; stat -c %s /dev/shm/f')`));
    if (seen.error === undefined) assert.match(String(seen.payload), /No space left|Killed/);
    else assertPlatformError(seen, 'Runtime.OutOfMemory', 'Runtime exited with error: signal: killed');
    await works();
  });

  test('/tmp is full at its size, in bytes and in files, and the disk of the platform is not', async () => {
    const flood = await victims.attacker('flood', { Timeout: 30, MemorySize: 1769 });
    const free = () => Number(fs.statfsSync(victims.platform.directory).bavail) * fs.statfsSync(victims.platform.directory).bsize;
    const before = free();
    const seen = await victims.beside(() =>
      flood(`const fs = require('fs'); const block = Buffer.alloc(1 << 20, 7); const fd = fs.openSync('/tmp/flood', 'w'); let n = 0;
        try { for (; n < 2000; n++) fs.writeSync(fd, block); } catch (e) { return [e.code, n, fs.statfsSync('/tmp').bavail]; }`),
    );
    const [code, mebibytes] = answerOf<[string, number, number]>(seen);
    assert.equal(code, 'ENOSPC');
    assert.ok(mebibytes > 450 && mebibytes <= 512, `${mebibytes} MiB`);
    assert.ok(before - free() < 700e6, `${before - free()} bytes of the disk`);
    const files = await victims.beside(() =>
      flood(`const fs = require('fs'); fs.rmSync('/tmp/flood'); fs.mkdirSync('/tmp/d'); let n = 0;
        try { for (; n < 400000; n++) fs.writeFileSync('/tmp/d/' + n, ''); } catch (e) { return [e.code, n]; }`),
    );
    assert.equal(answerOf<[string]>(files)[0], 'ENOSPC');
  });

  test('open files stop at 1,024, connections to the platform too', async () => {
    const files = await victims.beside(() =>
      attack(
        `const fs = require('fs'); const all = []; try { for (;;) all.push(fs.openSync('/etc/passwd')); } catch (e) { for (const fd of all) fs.closeSync(fd); return [e.code, all.length]; }`,
      ),
    );
    const [code, count] = answerOf<[string, number]>(files);
    assert.equal(code, 'EMFILE');
    assert.ok(count > 800 && count < 1024, `${count}`);
    for (const target of [
      `{ host: '127.0.0.1', port: 4566 }`,
      `{ host: '169.254.100.1', port: 9001 }`,
      `'/run/dalamb/channel.sock'`,
    ]) {
      const seen = await victims.beside(() =>
        attack(`const net = require('net'); const all = [];
          for (let i = 0; i < 900; i++) all.push(net.connect(${target}).on('error', () => {}).resume());
          const open = () => all.filter((s) => s.readyState === 'open').length;
          await pause(500); for (let n = 0; n < 50 && open() > 256; n++) await pause(100);
          const left = open(); for (const s of all) s.destroy(); return left`),
      );
      assert.ok(answerOf<number>(seen) <= 256, `${seen.payload} open connections to ${target}`);
    }
    await works();
  });

  test('a flood of output is bounded and said in the log, and the function goes on', async () => {
    const loud = await victims.attacker('loud', { MemorySize: 1769, Timeout: 20 });
    const seen = await victims.beside(() =>
      loud(`const line = 'x'.repeat(1023) + '\\n'; const until = Date.now() + 2000; let n = 0;
        while (Date.now() < until) { require('fs').writeSync(1, line.repeat(64)); n++; } return n`),
    );
    assert.ok(answerOf<number>(seen) > 100, 'the function itself was never held up');
    await victims.logged('loud', /^\[dalamb\] \d+ bytes of log were dropped/);
    assert.match(seen.tail, /REPORT RequestId/);
    const logged = await victims.beside(() =>
      loud(`const line = 'y'.repeat(1 << 10); for (let i = 0; i < 60000; i++) console.log(line)`),
    );
    answerOf(logged);
    assert.equal(answerOf(await loud('return 5')), 5);
  });

  test('one line of 10 MB is cut, and what follows is whole', async () => {
    const long = await victims.attacker('long', { MemorySize: 1769 });
    answerOf(await victims.beside(() => long(`console.log('z'.repeat(10e6)); console.log('after the long line')`)));
    answerOf(
      await victims.beside(() =>
        long(
          `sh('head -c 10000000 /dev/zero | tr "\\\\0" w > /proc/1/fd/1'); await pause(1000); require('fs').writeSync(1, '\\nafter the raw line\\n')`,
        ),
      ),
    );
    const messages = await victims.logged('long', /^after the raw line/);
    assert.ok(
      messages.some((message) => message.trimEnd().endsWith('after the long line')),
      JSON.stringify(messages.map((message) => [message.length, message.slice(0, 60), message.slice(-30)])),
    );
    assert.ok(Math.max(...messages.map((message) => Buffer.byteLength(message.trimEnd()))) <= 256 * 1024);
  });

  test('a loop at 128 MB ends with its timeout, and takes no more than its share', async () => {
    const spinner = await victims.attacker('spinner', { Timeout: 3 });
    const seen = await victims.beside(() => spinner('for (;;);'));
    assertPlatformError(seen, 'Sandbox.Timedout', 'Task timed out after 3.00 seconds');
    const share = await spinner(`const end = Date.now() + 1000; while (Date.now() < end); return process.cpuUsage().user / 1e6`);
    assert.ok(answerOf<number>(share) < 0.35, `${share.payload} s of CPU`);
  });

  for (const [what, code] of [
    [
      'its channel with log frames',
      `${channel};
        const frame = Buffer.from([0, 0, 0, 3, 21, 120, 120]); const many = Buffer.concat(Array(20000).fill(frame));
        while (Date.now() < until) channel.write(many);`,
    ],
    [
      'its output with empty lines',
      `const lines = Buffer.alloc(1 << 16, 10); while (Date.now() < until) require('fs').writeSync(1, lines);`,
    ],
    [
      'the AWS endpoint with requests',
      `const http = require('http'); const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });
        const ask = () => new Promise((resolve) => http.get({ host: '127.0.0.1', port: 4566, path: '/2015-03-31/functions/', agent }, (r) => r.resume().on('end', resolve)).on('error', resolve));
        await Promise.all(Array.from({ length: 200 }, async () => { while (Date.now() < until) await ask(); }));`,
    ],
    [
      'the Runtime API with connections',
      `const net = require('net'); const knock = () => new Promise((resolve) => { const s = net.connect(9001, '169.254.100.1', () => s.end('GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')).on('error', resolve).on('close', resolve).resume(); });
        await Promise.all(Array.from({ length: 100 }, async () => { while (Date.now() < until) await knock(); }));`,
    ],
    [
      'the network with connections, and names with questions',
      `const net = require('net'); const dns = require('dns');
        const knock = () => new Promise((resolve) => net.connect(80, '10.0.0.1').on('error', resolve).on('close', resolve));
        const ask = (n) => new Promise((resolve) => dns.resolve4('n' + n + '.invalid', resolve));
        let n = 0; await Promise.all(Array.from({ length: 100 }, async (_, i) => { while (Date.now() < until) await (i % 2 ? knock() : Promise.race([ask(n++), pause(200)])); }));`,
    ],
  ] as const) {
    test(`who floods ${what} harms nobody`, async () => {
      const noisy = await victims.attacker(`noisy-${what.replace(/\W+/g, '-')}`, { MemorySize: 1769, Timeout: 15 });
      const seen = await victims.beside(() => noisy(`const until = Date.now() + 2000; ${code}; return 'done'`));
      assert.equal(answerOf(seen), 'done');
    });
  }

  test('an environment of more than 4 KB is refused; one of 4 KB works', async () => {
    const variables = { BIG: 'v'.repeat(5000) };
    await assert.rejects(victims.attacker('big', { Environment: { Variables: variables } }), {
      name: 'InvalidParameterValueException',
      message: /^Lambda was unable to configure your environment variables because .* exceeded the 4KB limit\. String measured: /,
    });
    const full = await victims.attacker('full', { Environment: { Variables: { BIG: 'v'.repeat(4000) } } });
    assert.equal(answerOf(await full('return process.env.BIG.length')), 4000);
    const swollen = await victims.beside(() =>
      full(`for (let i = 0; i < 3000; i++) process.env['V' + i] = 'x'.repeat(1000); return sh('true')`),
    );
    assert.ok(
      swollen.error === undefined || /E2BIG|killed|memory/.test(JSON.stringify(swollen.payload)),
      JSON.stringify(swollen.payload),
    );
  });
});
