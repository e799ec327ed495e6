import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import type { Sandbox, SandboxDriver } from '../../src/sandbox/index.ts';
import { rootFiles } from '../support/image-root.ts';
import { type SandboxFixture, specOf, watch } from './sandbox.ts';
import { zipOf } from './sandbox-trees.ts';

const PROGRAMS = ['/bin/sh', '/bin/cat', '/bin/ls', '/usr/bin/id'];

/** The same promises for sandboxes whose root is an image, on any driver: those that cannot refuse by name. */
export function imageContract(name: string, open: () => Promise<SandboxFixture>, skip: string | false = false): void {
  suite(`sandbox contract, images: ${name}`, { skip, timeout: 60_000 }, () => {
    let fixture: SandboxFixture;
    let driver: SandboxDriver;
    let image: readonly string[];
    before(async () => {
      fixture = await open();
      driver = fixture.driver;
      const shell = [...rootFiles(PROGRAMS)];
      const base = shell.map(async ([at, from]) => ({ name: at, content: await fs.readFile(from), mode: 0o100755 }));
      image = [
        await fixture.add(await zipOf([...(await Promise.all(base)), { name: 'app/which', content: 'base' }])),
        await fixture.add(
          await zipOf([
            { name: 'app/which', content: 'top' },
            { name: 'tmp', content: 'a file in the way' },
          ]),
        ),
      ];
    });
    after(() => fixture?.close());

    const run = async (script: string, act?: (sandbox: Sandbox) => Promise<void>) => {
      const seen = watch();
      const sandbox = await driver.boot(specOf({ image, mounts: [] }), seen);
      try {
        await sandbox.run({ argv: ['sh', '-c', script], env: { PATH: '/usr/bin:/bin', OWN: 'x' }, cwd: '/app' });
        await act?.(sandbox);
        const exit = await sandbox.exited;
        await new Promise((resolve) => setTimeout(resolve, 50)); // the last output is still in its pipe
        return { text: seen.text, exit };
      } finally {
        await sandbox.destroy();
        assert.deepEqual(await fixture.leftovers(sandbox.id), []);
      }
    };

    test('a driver that has no isolation refuses them by name', async (t) => {
      if (driver.features.images) return t.skip('it has');
      await assert.rejects(driver.boot(specOf({ image, mounts: [] }), watch()), {
        code: 'SandboxUnavailable',
        message: /container images need isolation/,
      });
    });

    test('the trees are the root, later ones on top, and nothing of the host', async (t) => {
      if (!driver.features.images) return t.skip('no images');
      const { text, exit } = await run('cat which; echo; ls /; ls /usr/bin /etc; echo $OWN; exit 3');
      assert.equal(exit.code, 3);
      assert.deepEqual(text.split('\n').slice(0, 1), ['top']);
      const root = text.split('\n').slice(1);
      assert.deepEqual(
        root.slice(0, root.indexOf('usr') + 1).filter((entry) => !entry.startsWith('lib')),
        ['app', 'bin', 'dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'usr'],
      );
      assert.match(text, /\/etc:\nhosts\nresolv\.conf\n\n\/usr\/bin:\nid\nx\n$/);
    });

    test('it runs as the user of all sandboxes, may write /tmp, and nothing else', async (t) => {
      if (!driver.features.images) return t.skip('no images');
      const { text } = await run(
        'id -u; for at in /tmp /app / /etc /run /run/dalamb/init; do (echo x > $at/f) 2>/dev/null && echo $at; done; cat /tmp/f',
      );
      assert.equal(text, '993\n/tmp\nx\n');
    });

    test('a program that is not there, or is none, ends as a shell says', async (t) => {
      if (!driver.features.images) return t.skip('no images');
      for (const [program, code] of [
        ['nowhere', 127],
        ['/app/which', 126],
      ] as const) {
        const sandbox = await driver.boot(specOf({ image: image.slice(0, 1), mounts: [] }), watch());
        const argv = program === '/app/which' ? ['/app'] : [program];
        await sandbox.run({ argv, env: { PATH: '/bin' }, cwd: '/' });
        assert.equal((await sandbox.exited).code, code);
        await sandbox.destroy();
      }
    });

    test('code cannot be assigned, mounts and unknown trees are refused', async (t) => {
      if (!driver.features.images) return t.skip('no images');
      const sandbox = await driver.boot(specOf({ image, mounts: [] }), watch());
      await assert.rejects(sandbox.assign({ trees: [{ hashes: [fixture.one], target: '/var/task' }] }));
      await sandbox.assign({ limits: { memoryMiB: 64, pids: 32, cpus: 1 } });
      await sandbox.destroy();
      await assert.rejects(driver.boot(specOf({ image }), watch()), { code: 'SandboxIllegal' });
      await assert.rejects(driver.boot(specOf({ image: ['0'.repeat(64)], mounts: [] }), watch()), { code: 'BlobMissing' });
    });
  });

  suite(`sandbox contract, connections into it: ${name}`, { skip, timeout: 60_000 }, () => {
    let fixture: SandboxFixture;
    before(async () => {
      fixture = await open();
    });
    after(() => fixture?.close());

    test('the platform connects to what listens inside, each sandbox has ports of its own, and connections end with it', async (t) => {
      const { driver } = fixture;
      const listen = async (word: string) => {
        const seen = watch();
        const sandbox = await driver.boot(specOf(), seen);
        const script = `require('net').createServer((s)=>s.on('data',(d)=>s.write('${word} '+d))).listen(8080,'127.0.0.1',()=>console.log('up'))`;
        await sandbox.run({ argv: [sandbox.path('/var/runtime/node/node'), '-e', script], env: {}, cwd: '/' });
        return { sandbox, seen };
      };
      if (!driver.features.connect) {
        const sandbox = await driver.boot(specOf(), watch());
        await sandbox.run({ argv: ['/bin/sh', '-c', 'sleep 5'], env: {}, cwd: '/' });
        await assert.rejects(sandbox.connect(8080), { code: 'SandboxUnavailable' });
        await sandbox.destroy();
        return t.diagnostic('refused by name');
      }
      const both = [await listen('one'), await listen('two')];
      for (const { seen } of both) await seen.until('up');
      const answers = [];
      for (const { sandbox } of both) {
        assert.equal(await sandbox.connect(8081), undefined, 'nobody is there');
        const socket = (await sandbox.connect(8080))!;
        socket.write('hello');
        answers.push(String(await new Promise((resolve) => socket.once('data', resolve))));
        const closed = new Promise((resolve) => socket.once('close', resolve));
        await sandbox.destroy();
        await closed;
      }
      assert.deepEqual(answers, ['one hello', 'two hello']);
      await assert.rejects(both[0]!.sandbox.connect(8080), { code: 'SandboxIllegal' });
    });
  });
}
