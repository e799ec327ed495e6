import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { keeperObstacle } from '../../src/sandbox/index.ts';
import { zipOf } from '../support/archives.ts';
import { type Clients, clients, deploy } from '../support/deploy.ts';
import { launcher, type Platform, Refused, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';

/** Starts, stops and refusals, as a user meets them: through bin/dalamb.mjs. */

const SAMPLE = { accessKeyId: '111111111111', secretAccessKey: 'test' };
const obstacle = keeperObstacle('runc');
const drivers = [
  { driver: 'oci', skip: obstacle ?? false },
  { driver: 'process', skip: false },
] as const;
const code = `export const handler = async (event) => {
  console.log('said', process.env.WORD);
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return process.env.WORD;
};`;

const configOf = (driver: string) => `[sandbox]\ndriver = "${driver}"\nready = 1\n`;
const names = async ({ lambda }: Clients) => (await lambda.listFunctions({})).Functions!.map(({ FunctionName }) => FunctionName);

async function refusal(options: Parameters<typeof startPlatform>[0]): Promise<Refused> {
  try {
    const platform = await startPlatform({ command: launcher(), ...options });
    await platform.stop();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  return assert.fail('it started');
}

async function invoke({ lambda }: Clients, event: object = {}): Promise<unknown> {
  const { Payload, FunctionError } = await lambda.invoke({ FunctionName: 'speaker', Payload: JSON.stringify(event) });
  assert.equal(FunctionError, undefined, Buffer.from(Payload!).toString());
  return JSON.parse(Buffer.from(Payload!).toString());
}

async function logged(url: string, text: string): Promise<void> {
  for (const end = Date.now() + 5000; ; ) {
    const response = await fetch(`${url}/_dalamb/api/v1/logs?group=/aws/lambda/speaker`);
    if ((await response.text()).includes(text)) return;
    assert.ok(Date.now() < end, `no log line has ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const { driver, skip } of drivers) {
  describe(`sandbox.driver = ${driver}`, { skip, timeout: 60_000 }, () => {
    const directory = temporaryDirectory();
    const config = configOf(driver);
    const start = (more: object = {}) => startPlatform({ directory, config, command: launcher(), args: [], ...more });
    let running: Platform | undefined;
    after(async () => {
      await running?.kill();
      removeDirectory(directory);
    });

    test('a first start deploys the sample, prints its link, and one line on stdout', async (t) => {
      running = await start();
      t.diagnostic(`first start, sample included: ${Math.round(running.readyMs)} ms`);
      assert.match(running.stdout(), /^dalamb ready at http:\/\/127\.0\.0\.1:\d+\n$/);
      const link = /Open (http:\S+)/.exec(running.log())?.[1];
      assert.ok(link, running.log());
      const page = await fetch(link, { headers: { accept: 'text/html' } });
      assert.equal(page.status, 200);
      assert.match(page.headers.get('content-type')!, /^text\/html/);
      assert.match(await page.text(), /It works\./);
      const plain = await fetch(link);
      assert.equal(((await plain.json()) as { hello: string }).hello, 'from dalamb');
      assert.deepEqual(await names(clients(running.url, SAMPLE)), ['welcome']);
      assert.deepEqual(await names(clients(running.url)), []);
      const { sandbox } = (await (await fetch(`${running.url}/_dalamb/health`)).json()) as { sandbox: { driver: string } };
      assert.equal(sandbox.driver, driver);
    });

    test('a second process is refused by name, also when it starts as the first one does', async () => {
      const { code: exit, log } = await refusal({ directory, config, args: [] });
      assert.equal(exit, 1, log);
      assert.match(log, /StoreLocked/);
      assert.match(log, new RegExp(`${directory}|/data/store`));
    });

    test('a port in use is a clear error', async () => {
      const other = temporaryDirectory();
      const port = new URL(running!.url).port;
      const { code: exit, log } = await refusal({ directory: other, config, args: ['--bare', '--port', port] });
      removeDirectory(other);
      assert.equal(exit, 1, log);
      assert.match(log, new RegExp(`127\\.0\\.0\\.1:${port}.*EADDRINUSE`));
    });

    test('what was made survives SIGKILL', async (t) => {
      const of = clients(running!.url);
      const zip = await zipOf({ 'index.mjs': code });
      await deploy(of, 'speaker', zip, { Environment: { Variables: { WORD: 'sesame-in-secret' } }, Timeout: 20 });
      await of.s3.createBucket({ Bucket: 'kept' });
      await of.s3.putObject({ Bucket: 'kept', Key: 'a/b', Body: 'content' });
      assert.equal(await invoke(of), 'sesame-in-secret');
      await logged(running!.url, 'said sesame-in-secret');
      await running!.kill();
      running = await startAgain(start);
      t.diagnostic(`start after SIGKILL: ${Math.round(running.readyMs)} ms`);
      const again = clients(running.url);
      assert.equal(await invoke(again), 'sesame-in-secret');
      assert.equal((await again.iam.getRole({ RoleName: 'speaker' })).Role!.RoleName, 'speaker');
      assert.equal(await (await again.s3.getObject({ Bucket: 'kept', Key: 'a/b' })).Body!.transformToString(), 'content');
      await logged(running.url, 'said sesame-in-secret');
      assert.deepEqual(await names(clients(running.url, SAMPLE)), ['welcome'], 'the sample was kept and not deployed twice');
      assert.match(running.log(), /Open http/);
    });

    test('environment variables are sealed on disk', () => {
      const holds = fs
        .readdirSync(path.join(directory, 'store'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .filter((file) => !/blob/.test(file) && fs.readFileSync(file).includes('"WORD"'));
      assert.deepEqual(holds, []);
    });

    test('SIGTERM lets a running invocation finish, takes no new ones, and exits 0', async () => {
      const of = clients(running!.url);
      await invoke(of);
      const long = invoke(of, { ms: 1500 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const began = Date.now();
      const stopped = running!.stop();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await assert.rejects(invoke(of), /ECONNREFUSED|ECONNRESET|socket hang up/);
      assert.equal(await long, 'sesame-in-secret');
      assert.equal(await stopped, 0);
      assert.ok(Date.now() - began < 10_000);
      running = undefined;
    });

    test('variables say what options say; SIGINT stops it too', async (t) => {
      const file = path.join(path.dirname(directory), 'other.toml');
      fs.writeFileSync(file, config);
      const key = path.join(path.dirname(directory), '.data.dalamb-key');
      const moved = path.join(path.dirname(directory), 'moved', 'key');
      fs.mkdirSync(path.dirname(moved));
      fs.renameSync(key, moved);
      const env = {
        DALAMB_PORT: '0',
        DALAMB_HOST: '127.0.0.2',
        DALAMB_DATA: directory,
        DALAMB_CONFIG: file,
        DALAMB_KEY_FILE: moved,
      };
      running = await startPlatform({ plain: true, directory, env, command: launcher({ asChild: true }), args: [] });
      t.diagnostic(`start after SIGTERM: ${Math.round(running.readyMs)} ms`);
      assert.match(running.url, /^http:\/\/127\.0\.0\.2:\d+$/);
      assert.equal(await invoke(clients(running.url)), 'sesame-in-secret');
      assert.equal(fs.existsSync(key), false);
      assert.equal(await running.stop('SIGINT'), 0);
      running = undefined;
    });

    test('data of a newer version is refused by name', async () => {
      const layout = path.join(directory, 'store', 'layout.json');
      fs.writeFileSync(layout, '{"layout":999}\n');
      const { code: exit, log } = await refusal({ directory, config, args: [] });
      assert.equal(exit, 1);
      assert.match(log, /StoreTooNew.*999/);
    });

    test('--bare leaves the sample out for ever', async () => {
      const other = temporaryDirectory();
      for (const args of [['--bare'], []]) {
        const platform = await startPlatform({ directory: other, config, command: launcher(), args });
        assert.deepEqual(await names(clients(platform.url, SAMPLE)), []);
        assert.doesNotMatch(platform.log(), /Open http/);
        assert.equal(await platform.stop(), 0);
      }
      removeDirectory(other);
    });
  });
}

/** The lock goes with the process that held it, which may take a moment after its launcher is gone. */
async function startAgain(start: () => Promise<Platform>): Promise<Platform> {
  for (const end = Date.now() + 2000; ; ) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Refused && /StoreLocked/.test(error.log)) || Date.now() > end) throw error;
    }
  }
}

describe('refusals of the command line', () => {
  for (const [args, exit, text] of [
    [['--port', 'http'], 1, /ConfigInvalid.*port http/],
    [['--port', '70000'], 1, /ConfigInvalid.*70000/],
    [['--colour', 'red'], 2, /Unknown option '--colour'/],
    [['--config', '/nowhere/dalamb.toml'], 1, /ConfigInvalid.*\/nowhere\/dalamb\.toml/],
    [['--host', '0.0.0.0'], 1, /ConfigInvalid.*auth\.mode/],
  ] as const)
    test(args.join(' '), async () => {
      const directory = temporaryDirectory();
      const { code: actual, log } = await refusal({ directory, args });
      removeDirectory(directory);
      assert.match(log, text);
      assert.equal(actual, exit);
      assert.doesNotMatch(log, /^ +at /m, 'no stack');
    });
});
