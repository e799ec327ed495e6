/** The server of sandbox-keeper.test.ts: tells what it is and may, then does what the test says on its input, one JSON line each. */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { randomIds, silentLogger, systemClock } from '../../src/kernel/index.ts';
import { connectKeeper, createTrees, guarded, ociDriver, runKeeper, type Sandbox, underKeeper } from '../../src/sandbox/index.ts';

const args = process.argv.slice(2);
const checkout = path.resolve(import.meta.dirname, '../..');
if (!underKeeper(args)) {
  const [dataDirectory, secret] = args as [string, string];
  const entry = import.meta.filename;
  await runKeeper({
    entry,
    args,
    checkout,
    dataDirectory,
    files: [secret],
    uid: 64200,
    firstUid: 2_000_000,
    runtime: 'runc',
    nested: false,
    settings: { hello: 1 },
  });
}

const keeper = await connectKeeper();
const [dataDirectory, secret] = args.slice(1) as [string, string];
const attempt = (act: () => void) => {
  try {
    act();
    return 'ok';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};
const status = fs.readFileSync('/proc/self/status', 'utf8');
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const trees = await createTrees({
  directory: path.join(keeper.path(dataDirectory), 'trees'),
  clock: systemClock,
  ids: randomIds,
  readBlob: async () => (async function* () {})(),
});
const driver = guarded(ociDriver({ keeper, clock: systemClock, logger: silentLogger }), systemClock, trees);
const events = {
  connection: (_name: string, socket: { destroy(): unknown }) => void socket.destroy(),
  output: (chunk: Buffer) => say({ output: chunk.toString() }),
  dropped() {},
  egress() {},
};
const sandboxes = new Map<string, Sandbox>();

say({
  pid: process.pid,
  uid: process.getuid?.(),
  groups: process.getgroups?.(),
  capabilities: /CapEff:\s+(\w+)/.exec(status)?.[1],
  bounding: /CapBnd:\s+(\w+)/.exec(status)?.[1],
  noNewPrivileges: /NoNewPrivs:\s+(\d)/.exec(status)?.[1],
  settings: keeper.hello.settings,
  writesData: attempt(() => fs.writeFileSync(path.join(keeper.path(dataDirectory), 'f'), 'x')),
  writesSecret: attempt(() => fs.writeFileSync(keeper.path(secret), 'x')),
  writesCheckout: attempt(() => fs.writeFileSync(path.join(keeper.path(checkout), 'evil'), 'x')),
  readsShadow: attempt(() => fs.readFileSync('/etc/shadow')),
  killsKeeper: attempt(() => process.kill(process.ppid, 0)),
});

createInterface(process.stdin).on('line', async (line) => {
  const { boot, raw, link } = JSON.parse(line);
  try {
    if (boot) {
      const spec = {
        id: boot,
        mounts: [{ source: path.join(keeper.path(checkout), 'examples'), target: '/var/examples' }],
        tmp: 512,
        limits: { memoryMiB: 128, pids: 32 },
      };
      const sandbox = await driver.boot(spec, events);
      sandboxes.set(boot, sandbox);
      await sandbox.run({ argv: ['/bin/sh', '-c', 'echo up; exec sleep 300'], env: {}, cwd: '/' });
    }
    if (link) fs.symlinkSync('/etc', path.join(keeper.path(dataDirectory), 'trees', link));
    if (raw) say({ answer: await keeper.call(raw.command, raw.input) });
  } catch (error) {
    say({ refused: (error as { code: string }).code });
  }
});
process.on('SIGTERM', async () => {
  await driver.stop(AbortSignal.timeout(5000));
  process.exit(7);
});
net.createServer().listen(0, '127.0.0.1');
