import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { type Platform, root, startPlatform } from '../support/platform.ts';

/** What `npm pack` makes, installed into an empty project as its users do it, starts, runs functions and brings the command line. */

const run = promisify(execFile);
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-packed-'));
fs.chmodSync(directory, 0o755);
let platform: Platform | undefined;
after(async () => {
  await platform?.kill();
  fs.rmSync(directory, { recursive: true, force: true });
});

test('the packed tarball works in an empty project', { timeout: 180_000 }, async (t) => {
  const env = { ...process.env, npm_config_update_notifier: 'false' };
  // Packed from a copy: dist/ is written into what is packed.
  const copy = path.join(directory, 'copy');
  for (const entry of JSON.parse(
    (await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, env })).stdout,
  )[0].files as { path: string }[])
    if (!entry.path.startsWith('dist/')) fs.cpSync(path.join(root, entry.path), path.join(copy, entry.path));
  for (const folder of ['src', 'tools']) fs.cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true });
  await run(process.execPath, ['--no-warnings', 'tools/pack.mjs'], { cwd: copy });
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
    cwd: copy,
    env,
  });
  const [{ filename, size, files }] = JSON.parse(stdout) as [{ filename: string; size: number; files: { path: string }[] }];
  t.diagnostic(`${files.length} files, ${size} bytes`);
  assert.deepEqual(
    files.filter(({ path }) => /\.test\.|\.ts$|fixture/.test(path)),
    [],
  );
  const project = path.join(directory, 'project');
  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, 'package.json'), '{"private":true}');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', path.join(directory, filename)], {
    cwd: project,
    env,
  });

  const command: [string, ...string[]] = ['npx', 'dalamb'];
  platform = await startPlatform({ directory: path.join(directory, 'data'), command, cwd: project, args: [] });
  t.diagnostic(`npx dalamb start: ${Math.round(platform.readyMs)} ms`);
  const link = /Open (http:\S+)/.exec(platform.log())?.[1];
  assert.ok(link, platform.log());
  assert.equal(((await (await fetch(link)).json()) as { hello: string }).hello, 'from dalamb');

  const cli = async (...args: string[]) => {
    const words = ['dalamb', ...args, '--url', platform!.url, '--json'];
    return JSON.parse((await run('npx', words, { cwd: project, env })).stdout);
  };
  assert.equal((await cli('functions', '--env', '111111111111')).functions[0].name, 'welcome');
  const { runtimes } = (await cli('runtimes')) as { runtimes: { name: string; available: boolean }[] };
  const available = runtimes.filter((runtime) => runtime.available).map(({ name }) => name);
  for (const name of ['nodejs22.x', 'nodejs24.x', 'nodejs26.x', 'provided.al2023']) assert.ok(available.includes(name), name);
  const { url } = platform;
  await platform.stop(); // npx dies of the signal, and so does the shell between; what they ran must not stay
  platform = undefined;
  for (const end = Date.now() + 5000; (await fetch(url).catch(() => undefined)) !== undefined; ) {
    assert.ok(Date.now() < end, 'it still answers');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test('npm start passes a signal on, and exits as dalamb does', { timeout: 60_000 }, async () => {
  const data = path.join(directory, 'started');
  platform = await startPlatform({
    directory: data,
    command: ['npm', '--silent', 'run'],
    args: [],
    plain: true,
    env: envOf(data),
  });
  assert.match(platform.stdout(), /^dalamb ready at http:\/\/127\.0\.0\.1:\d+\n$/);
  assert.equal(await platform.stop(), 0);
  platform = undefined;
});

const envOf = (data: string) => ({ DALAMB_PORT: '0', DALAMB_DATA: data });
