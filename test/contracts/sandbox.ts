import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import type { Sandbox, SandboxDriver, SandboxEvents, SandboxSpec } from '../../src/sandbox/index.ts';

/** What a driver under test comes with: code trees, by name, that are prepared. */
export interface SandboxFixture {
  readonly driver: SandboxDriver;
  /** Hash of a tree with `hello.txt` = "one", `sub/only-one` and an executable `run.sh`. */
  readonly one: string;
  /** Hash of a tree with `hello.txt` = "two". */
  readonly two: string;
  /** Prepares one more tree out of a zip. */
  readonly add: (zip: Buffer) => Promise<string>;
  /** What is left on the host of a sandbox that is gone; empty when nothing is. */
  readonly leftovers: (id: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export const nodeMount = {
  source: path.resolve(import.meta.dirname, '../../node_modules/node26/bin'),
  target: '/var/runtime/node',
};
const NODE = '/var/runtime/node/node';
let count = 0;

export interface Seen extends SandboxEvents {
  text: string;
  droppedBytes: number;
  egressBytes: number;
  events: number;
  readonly connections: { listener: string; socket: Duplex }[];
  /** Resolves when the output contains this text. */
  until(text: string): Promise<void>;
}

/** Records everything that a sandbox says. */
export function watch(onConnection: (listener: string, socket: Duplex) => void = () => {}): Seen {
  const waiting = new Set<() => void>();
  const seen: Seen = {
    text: '',
    droppedBytes: 0,
    egressBytes: 0,
    events: 0,
    connections: [],
    connection(listener, socket) {
      seen.events++;
      seen.connections.push({ listener, socket });
      onConnection(listener, socket);
    },
    output(chunk) {
      seen.events++;
      seen.text += chunk.toString();
      for (const wake of waiting) wake();
    },
    dropped(bytes) {
      seen.droppedBytes += bytes;
    },
    egress(bytes) {
      seen.egressBytes += bytes;
    },
    until: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(assert.fail(`no ${JSON.stringify(text)} in ${JSON.stringify(seen.text.slice(-2000))}`));
        }, 10_000);
        const check = () => {
          if (!seen.text.includes(text)) return;
          waiting.delete(check);
          clearTimeout(timer);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
  return seen;
}

export function specOf(more: Partial<SandboxSpec> = {}): SandboxSpec {
  return { id: `t-${++count}`, mounts: [nodeMount], tmp: 512, limits: { memoryMiB: 256, pids: 64 }, ...more };
}

/** Runs `sh -c script` to its end. */
export async function shell(
  driver: SandboxDriver,
  script: string,
  more: Partial<SandboxSpec> = {},
  prepare?: (sandbox: Sandbox) => Promise<void>,
) {
  const seen = watch();
  const sandbox = await driver.boot(specOf(more), seen);
  try {
    await prepare?.(sandbox);
    await sandbox.run({ argv: ['/bin/sh', '-c', script], env: { PATH: '/usr/bin:/bin', NODE: sandbox.path(NODE) }, cwd: '/tmp' });
    const exit = await sandbox.exited;
    await new Promise((resolve) => setTimeout(resolve, 50)); // the last output is still in its pipe
    return { exit, text: seen.text, seen };
  } finally {
    await sandbox.destroy();
  }
}

/** The promises of src/sandbox/contract.ts, on any driver. */
export function sandboxContract(
  name: string,
  open: () => Promise<SandboxFixture>,
  options: { readonly skip?: string | false } = {},
): void {
  suite(`sandbox contract: ${name}`, { skip: options.skip ?? false, timeout: 120_000 }, () => {
    let fixture: SandboxFixture;
    let driver: SandboxDriver;
    before(async () => {
      fixture = await open();
      driver = fixture.driver;
    });
    after(() => fixture?.close());

    const booted = async (
      act: (sandbox: Sandbox, seen: Seen) => Promise<void>,
      seen = watch(),
      more: Partial<SandboxSpec> = {},
    ) => {
      const sandbox = await driver.boot(specOf(more), seen);
      try {
        await act(sandbox, seen);
      } finally {
        await sandbox.destroy();
      }
      return sandbox;
    };

    test('runs a process given late, with its arguments, variables and directory, however they are written', async () => {
      await booted(async (sandbox, seen) => {
        const odd = `a'b"c\\d $HOME \`x\` \n ü*`;
        await sandbox.run({
          argv: [
            sandbox.path(NODE),
            '-e',
            'console.log(JSON.stringify([process.argv.slice(1), process.env.ODD, process.cwd(), process.env.PWD]), "done")',
            odd,
          ],
          env: { ODD: odd },
          cwd: '/usr',
        });
        await seen.until('done');
        assert.deepEqual(JSON.parse(seen.text.replace(/done\n$/, '')), [[odd], odd, '/usr', null]);
        const { code, signal, oom } = await sandbox.exited;
        assert.deepEqual({ code, signal, oom }, { code: 0, signal: undefined, oom: false });
      });
    });

    test('tells how the process ended', async () => {
      assert.equal((await shell(driver, 'exit 3')).exit.code, 3);
      assert.equal((await shell(driver, 'kill -KILL $$')).exit.signal, 'SIGKILL');
      const missing = await driver.boot(specOf(), watch());
      await missing.run({ argv: ['/nonexistent'], env: {}, cwd: '/' });
      assert.equal((await missing.exited).code, 127);
      await missing.destroy();
    });

    test('hands over connections to each listener, which name themselves', async () => {
      const seen = watch((listener, socket) => socket.end(`this is ${listener}\n`));
      await booted(async (sandbox) => {
        const script = `const net=require('net');const say=(o)=>new Promise(r=>{net.connect(o).on('data',d=>process.stdout.write(d)).on('close',r)});
          (async()=>{for(const a of process.argv.slice(1)){const [h,p]=a.split(':');await say(p?{host:h,port:+p}:{path:a})}console.log('done')})()`;
        const { runtime, aws, channel } = sandbox.addresses;
        await sandbox.run({ argv: [sandbox.path(NODE), '-e', script, runtime, aws, channel], env: {}, cwd: '/' });
        await seen.until('done');
        assert.match(seen.text, /this is runtime\nthis is aws\nthis is channel\n/);
      }, seen);
    });

    test('shows trees read late, several overlaid, later ones on top', async () => {
      await booted(async (sandbox, seen) => {
        await sandbox.assign({
          trees: [
            { hashes: [fixture.one], target: '/var/task' },
            { hashes: [fixture.one, fixture.two], target: '/opt' },
          ],
        });
        const [task, opt] = [sandbox.path('/var/task'), sandbox.path('/opt')];
        await sandbox.run({
          argv: ['/bin/sh', '-c', `cat ${task}/hello.txt ${opt}/hello.txt; ls ${opt}/sub; ${task}/run.sh; echo done`],
          env: {},
          cwd: task,
        });
        await seen.until('done');
        assert.equal(seen.text, 'onetwoonly-one\nran\ndone\n');
      });
    });

    test('an unknown tree is refused', async () => {
      await booted(async (sandbox) => {
        await assert.rejects(sandbox.assign({ trees: [{ hashes: ['0'.repeat(64)], target: '/opt' }] }), { code: 'BlobMissing' });
      });
    });

    test('keeps /tmp over a reset when asked to', async () => {
      const first = await driver.boot(specOf(), watch());
      await first.run({ argv: ['/bin/sh', '-c', `echo kept > ${first.path('/tmp')}/f`], env: {}, cwd: '/' });
      await first.exited;
      const volume = await first.destroy({ keepTmp: true });
      assert.equal(volume?.mib, 512);
      await booted(
        async (second, seen) => {
          await second.run({
            argv: ['/bin/sh', '-c', `cd ${second.path('/tmp')} && echo more >> f && cat f; echo done`],
            env: {},
            cwd: '/',
          });
          await seen.until('done');
          assert.equal(seen.text, 'kept\nmore\ndone\n');
        },
        watch(),
        { tmp: volume! },
      );
    });

    test('every command that its state does not allow is refused', async () => {
      const illegal = { code: 'SandboxIllegal' };
      const sandbox = await driver.boot(specOf(), watch());
      const process = { argv: ['/bin/sh', '-c', 'sleep 30'], env: {}, cwd: '/' };
      await assert.rejects(sandbox.thaw(), illegal);
      await assert.rejects(sandbox.freeze(), illegal);
      await assert.rejects(sandbox.signal('SIGTERM'), illegal);
      await sandbox.run(process);
      await assert.rejects(sandbox.run(process), illegal);
      await assert.rejects(sandbox.thaw(), illegal);
      await sandbox.freeze();
      await assert.rejects(sandbox.freeze(), illegal);
      await assert.rejects(sandbox.assign({}), illegal);
      await sandbox.thaw();
      await sandbox.destroy();
      for (const command of [
        sandbox.freeze(),
        sandbox.thaw(),
        sandbox.assign({}),
        sandbox.run(process),
        sandbox.memory(),
        sandbox.signal('SIGKILL'),
      ]) {
        await assert.rejects(command, illegal);
      }
      await assert.rejects(driver.boot(specOf({ id: '../x' }), watch()), illegal);
    });

    test('signals reach the process; a frozen one can be killed', async () => {
      await booted(async (sandbox, seen) => {
        await sandbox.run({
          argv: ['/bin/sh', '-c', 'trap "echo term; exit 5" TERM; echo up; while :; do sleep 0.05; done'],
          env: {},
          cwd: '/',
        });
        await seen.until('up');
        await sandbox.signal('SIGTERM');
        assert.equal((await sandbox.exited).code, 5);
        await sandbox.signal('SIGKILL');
      });
      await booted(async (sandbox) => {
        await sandbox.run({ argv: ['/bin/sh', '-c', 'sleep 30'], env: {}, cwd: '/' });
        await sandbox.freeze();
        await sandbox.signal('SIGKILL');
        assert.equal((await sandbox.exited).signal, 'SIGKILL');
      });
    });

    test('destroy ends everything, is idempotent, resolves exited, and silences events', async () => {
      const seen = watch();
      const sandbox = await driver.boot(specOf(), seen);
      await sandbox.run({
        argv: ['/bin/sh', '-c', '(while :; do echo x; sleep 0.01; done) & while :; do echo y; sleep 0.01; done'],
        env: {},
        cwd: '/',
      });
      await seen.until('y');
      await Promise.all([sandbox.destroy(), sandbox.destroy()]);
      const { events } = seen;
      assert.equal((await sandbox.exited).signal, 'SIGKILL');
      assert.deepEqual(await fixture.leftovers(sandbox.id), []);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(seen.events, events);
      assert.equal(await sandbox.destroy(), undefined);
    });

    test('an id can be used again, but not by two at a time', async () => {
      const spec = specOf();
      const first = await driver.boot(spec, watch());
      await assert.rejects(driver.boot(spec, watch()), { code: 'SandboxIllegal' });
      await first.destroy();
      await (await driver.boot(spec, watch())).destroy();
    });

    test('counts memory', async () => {
      await booted(async (sandbox, seen) => {
        await sandbox.run({
          argv: [sandbox.path(NODE), '-e', 'const b=Buffer.alloc(50<<20,1);console.log("up");setTimeout(()=>b,30000)'],
          env: {},
          cwd: '/',
        });
        await seen.until('up');
        const { current, peak } = await sandbox.memory();
        assert.ok(current > 50e6 && current < 256e6, `${current}`);
        assert.ok(peak >= 50e6, `${peak}`);
      });
    });

    test('a flood of output never blocks the process; what is too much is counted', async () => {
      const { exit, seen } = await shell(driver, 'head -c 67108864 /dev/zero | tr "\\0" "x"; exit 7');
      assert.equal(exit.code, 7);
      assert.ok(seen.droppedBytes > 20_000_000, `${seen.droppedBytes}`);
      assert.ok(
        Math.abs(seen.text.length + seen.droppedBytes - 67108864) < 2_000_000,
        'all but the last bytes are accounted for',
      );
    });

    test('a workload that floods its connections is cut off with its sandbox', async () => {
      const sockets: Duplex[] = [];
      const seen = watch((_listener, socket) => sockets.push(socket));
      const sandbox = await driver.boot(specOf(), seen);
      const script = `const net=require('net');const [h,p]=process.argv[1].split(':');for(let i=0;i<100;i++)net.connect(+p,h).on('error',()=>{}).unref();setTimeout(()=>console.log('up'),200);setTimeout(()=>{},30000)`;
      await sandbox.run({ argv: [sandbox.path(NODE), '-e', script, sandbox.addresses.aws], env: {}, cwd: '/' });
      await seen.until('up');
      const closed = sockets.map((socket) => once(socket, 'close'));
      for (const socket of sockets) socket.resume();
      await sandbox.destroy();
      await Promise.all(closed);
      assert.equal(sockets.length, 100);
    });
  });
}
