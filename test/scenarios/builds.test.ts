import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { randomIds, systemClock } from '../../src/kernel/index.ts';
import { type BuildBench, type Files, installation } from '../../src/paas/build/build.fixture.ts';
import { createTrees } from '../../src/sandbox/index.ts';
import { type BuilderRoom, builderRoom } from '../support/builder-room.ts';
import { functionSpec, invokeBench, ociMissing } from '../support/invoke-room.ts';

/** No network: all that happens here is the machine's own. */
suite('builds in sandboxes', { skip: ociMissing ?? false, timeout: 300_000 }, () => {
  let room: BuilderRoom;
  before(async () => {
    room = await builderRoom();
  });
  after(() => room?.close());

  const node = (command: string, more: Files = {}): Files => ({
    Procfile: 'web: index.handler',
    'index.js': 'exports.handler = async () => 1;\n',
    'dalamb.toml': `[build]\ncommand = ${JSON.stringify(command)}\n`,
    ...more,
  });
  const refused = async (bench: BuildBench, files: Files) => {
    const error = await bench.build(files).then(
      () => assert.fail('it was built'),
      (error) => error,
    );
    assert.equal(error.code, 'BuildFailed', String(error));
    return error.message as string;
  };

  test('a command makes code out of the source; its lines come as they are said, without secrets', async (t) => {
    const environment = { DEPLOY_TOKEN: 'abc-123-secret', MIRROR: 'https://user:p4ssw0rd-x@mirror.test/' };
    const bench = await room.bench(t, { settings: { environment } });
    const command = [
      'mkdir dist && sed s/1/2/ index.js > dist/made.js',
      'ln -s made.js dist/link.js',
      'printf "\\033[31mtoken $DEPLOY_TOKEN at $MIRROR\\033[0m\\n"',
      'node --version; id -u',
    ].join(' && ');
    const files = node(command, { Procfile: 'web: dist/made.handler' });
    const built = await bench.build(files);
    assert.ok(bench.lines.includes('token [hidden] at https://[hidden]@mirror.test/'), bench.lines.join('\n'));
    assert.ok(bench.lines.some((line) => /^v24\./.test(line)) && bench.lines.includes('993'), bench.lines.join('\n'));
    assert.match((await bench.zip(built, 'web')).toString('latin1'), /dist\/link\.js/);
    assert.deepEqual((await bench.build(files)).processes, built.processes);
  });

  test('what was built runs', async (t) => {
    const bench = await room.bench(t);
    const built = await bench.build({
      Procfile: 'ts: src/app.handler\npy: app.handler\nlinked: latest.handler\n',
      'package.json': '{"type":"module"}',
      'src/app.ts':
        'import { twice } from "../lib/twice.ts";\nexport const handler = async (n: number): Promise<number> => twice(n);\n',
      'lib/twice.ts': 'export const twice = (n: number): number => 2 * n;\n',
      'app.py': 'def handler(event, context):\n    return event + 1\n',
      'latest.js': { link: 'real.js' },
      'real.js': 'export const handler = async (n) => n;\n',
    });
    const invoke = await invokeBench(t);
    for (const { name, handler, runtime, code } of built.processes) {
      const zip = await bench.zip(built, name);
      const readBlob = async () =>
        (async function* () {
          yield zip;
        })();
      const { hash } = code as { hash: string };
      const trees = await createTrees({ directory: invoke.directory, readBlob, clock: systemClock, ids: randomIds });
      await trees.prepare(hash);
      const outcome = await invoke.call(functionSpec(hash, { name, handler, runtime: runtime! }), 20);
      const expected = { ts: '40', py: '21', linked: '20' }[name];
      assert.equal(Buffer.from(outcome.payload).toString(), expected, name);
    }
  });

  test('what fails says with which code, and what is missing afterwards', async (t) => {
    const bench = await room.bench(t);
    assert.match(await refused(bench, node('echo no; exit 3')), /echo no; exit 3 ended with code 3/);
    assert.ok(bench.lines.includes('no'));
    assert.match(
      await refused(bench, node('rm index.js', { 'package.json': '{}' })),
      /Procfile:1:6: index\.handler: there is no index\.js.* also after `rm index\.js`/,
    );
    assert.match(await refused(bench, node('ln -s ../../etc/passwd out')), /the link "out" leads out of the application/);
    assert.match(await refused(bench, node('ln -s /etc/passwd out')), /the link "out" leads out of the application/);
  });

  test('a build that hangs, forks, fills the disk or eats the memory ends at its limit, and the next one works', async (t) => {
    const limits = { seconds: 4, pids: 64, diskMiB: 512, memoryMiB: 256 };
    const bench = await room.bench(t, { settings: limits });
    const bomb = ':() { : | : & }; : ; sleep 60';
    const [hang, fork, disk] = await Promise.all([
      refused(bench, node('sleep 600')),
      refused(await room.bench(t, { settings: limits }), node(bomb)),
      refused(await room.bench(t, { settings: limits }), node('cat /dev/zero > big')),
    ]);
    assert.match(hang, /it took longer than 4 s/);
    assert.match(fork, /it took longer than 4 s|ended with/);
    assert.match(disk, /the builder's disk of 512 MiB is full/);
    const eat = 'node -e "const a = []; for (;;) a.push(Buffer.alloc(1e6, 1))"';
    assert.match(await refused(bench, node(eat)), /more memory than the 256 MiB/);
    assert.equal((await bench.build(node('true'))).processes.length, 1);
  });

  test('a build sees nothing of the host, and reaches nothing', async (t) => {
    const bench = await room.bench(t, { settings: { environment: {} } });
    const look = `const fs = require('fs'), net = require('net');
      const ok = (what, act) => { try { act(); console.log('OPEN', what) } catch {} };
      for (const file of ['/root', '/home', '/work', '/etc/shadow', '/proc/1/environ']) ok(file, () => console.log(fs.readdirSync(file)) );
      for (const file of ['/usr/x', '/var/lang/x', '/srv/builder/x', '/srv/node/x', '/x']) ok(file, () => fs.writeFileSync(file, ''));
      console.log('env', Object.keys(process.env).filter((name) => /AWS|DALAMB|TOKEN/.test(name)).join());
      const reach = (options) => new Promise((done) => { let gone = false; net.connect(options).on('connect', () => setTimeout(() => { if (!gone) console.log('OPEN', JSON.stringify(options)); done() }, 500)).on('error', () => { gone = true; done() }) });
      Promise.all([reach({ host: '1.1.1.1', port: 443 }), reach({ host: '10.0.0.1', port: 443 }), reach({ host: 'example.com', port: 80 })]).then(() => { console.log('looked'); process.exit() });`;
    await bench.build(node('node look.js', { 'look.js': look }));
    assert.ok(bench.lines.includes('looked'), bench.lines.join('\n'));
    assert.ok(bench.lines.includes('env '), bench.lines.join('\n'));
    const open = bench.lines.filter((line) => line.startsWith('OPEN') && !/"\/(root|home)"|\/(root|home)$/.test(line));
    assert.deepEqual(open, []);
  });

  test('a build that speaks to the platform in the builder’s place is refused or ignored', async (t) => {
    const bench = await room.bench(t);
    const speak = `const net = require('net'); const s = net.connect('/run/dalamb/channel.sock'); s.on('error', () => {}); s.on('close', () => { console.log('closed'); process.exit() });
      const m = Buffer.from(JSON.stringify({ done: true })); const h = Buffer.alloc(5); h.writeUInt32BE(m.length + 1); h[4] = 74; s.write(h); s.write(m); setTimeout(() => process.exit(1), 3000)`;
    const built = await bench.build(node('node speak.js && echo "exports.handler = 2" > index.js', { 'speak.js': speak }));
    assert.ok(bench.lines.includes('closed'), bench.lines.join('\n'));
    assert.equal(built.processes.length, 1);
  });

  test('an abort ends a build at once, also one that waits for a builder', async (t) => {
    const bench = await room.bench(t, { settings: { parallel: 1 } });
    const ending = new AbortController();
    const said = async (line: RegExp) => {
      for (let i = 0; i < 600 && !bench.lines.some((one) => line.test(one)); i++)
        await new Promise((done) => setTimeout(done, 50));
      assert.ok(
        bench.lines.some((one) => line.test(one)),
        `${line}: ${bench.lines.join('\n')}`,
      );
    };
    const first = bench.build(node('echo begun; sleep 60'), ending.signal);
    await said(/^begun$/);
    const second = bench.build(node('sleep 61'), ending.signal);
    const settled = Promise.allSettled([first, second]);
    await said(/waiting for a builder/);
    const began = performance.now();
    ending.abort();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.ok(performance.now() - began < 30_000);
    assert.equal((await bench.build(node('true'))).processes.length, 1);
  });

  test('whatever a builder says that was taken over, the build fails or makes what may be made', async (t) => {
    const frame = (kind: string, body: string) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(body.length + 1);
      head.write(kind, 4, 'latin1');
      return Buffer.concat([head, Buffer.from(body, 'latin1')]);
    };
    const message = (value: unknown) => frame('J', JSON.stringify(value));
    const file = (name: unknown, size: unknown, more = {}) => message({ file: name, kind: 'file', size, ...more });
    const done = message({ done: true });
    const builder = path.join(installation, 'test/support/hostile-builder');
    const say = async (said: readonly Buffer[], leave = false) => {
      const environment = { SAY: Buffer.concat(said).toString('base64'), ...(leave && { LEAVE: '1' }) };
      const bench = await room.bench(t, { builder, settings: { environment, seconds: 3 } });
      return refused(bench, node('true'));
    };
    const forms: readonly (readonly [Promise<string>, RegExp])[] = [
      [say([file('../../etc/x', 1), frame('D', 'x'), done]), /leads out of it/],
      [say([file('/etc/x', 1), frame('D', 'x'), done]), /leads out of it/],
      [say([file('a', 1, { kind: 'link' }), frame('D', '/'), done]), /leads out of the application/],
      [say([file('a', 2), frame('D', 'xxx'), done]), /sent less than it said|disturbed/],
      [say([file('a', 10), done]), /sent less than it said/],
      [say([file('a', 0), file('a', 0), done]), /"a" twice/],
      [say([file('a', 1e300), frame('D', 'x')]), /took longer than 3 s/],
      [say([frame('D', 'x')]), /disturbed/],
      [say([Buffer.from('GET / HTTP/1.1\r\n\r\n')]), /disturbed/],
      [say([message({ failed: null })], true), /ended with/],
      [say([message({ failed: { step: '\x1b[31mx\n', code: 1 } })], true), /: {2}\[31mx {2}ended with code 1$/],
      [say([], true), /was ended by what it ran/],
      [say([]), /took longer than 3 s/],
      [say([done]), /index\.handler/],
    ];
    for (const [refusal, expected] of forms) assert.match(await refusal, expected);
  });

  test('npm may be installed anywhere', async (t) => {
    const environment = {};
    const npm = path.join(installation, 'node_modules/yauzl'); // stands for it: what is asked is whether builders see it
    const bench = await room.bench(t, { settings: { environment, npm } });
    await bench.build(node('cat /srv/npm/package.json'));
    assert.match(bench.lines.join('\n'), /"name": "yauzl"/);
  });
});
