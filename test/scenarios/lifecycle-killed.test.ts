import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { keeperObstacle } from '../../src/sandbox/index.ts';
import { clients } from '../support/deploy.ts';
import { launcher, type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';

/** SIGKILL to each process of a running platform: nothing of it is left, and the next start works. */

const obstacle = keeperObstacle('runc');
const account = { accessKeyId: '111111111111', secretAccessKey: 'test' };
const WITHIN_MS = 2000;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  return fs.readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    } catch {
      return [];
    }
  });
}

function family(pid: number): Process[] {
  const all = processes();
  const found = all.filter((one) => one.pid === pid);
  for (const member of found) found.push(...all.filter(({ parent }) => parent === member.pid));
  return found;
}

async function until(what: () => string | undefined): Promise<void> {
  for (const end = Date.now() + WITHIN_MS; ; ) {
    const left = what();
    if (left === undefined) return;
    assert.ok(Date.now() < end, left);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const alive = (members: readonly Process[]) => {
  const now = new Map(processes().map((one) => [one.pid, one.command]));
  const left = members.filter(({ pid, command }) => now.get(pid) === command);
  return left.length === 0 ? undefined : `still there: ${JSON.stringify(left)}`;
};

/** Directories of cgroups, mounts seen by us, and state that the keeper with this pid left. */
function leftovers(keeper: number): string[] {
  const name = new RegExp(`(?:^|-)${keeper}-\\d+$`);
  const in_ = (directory: string) =>
    fs.existsSync(directory)
      ? fs
          .readdirSync(directory, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => path.join(directory, entry.name))
      : [];
  const groups = ['/sys/fs/cgroup', ...in_('/sys/fs/cgroup')].flatMap(in_).filter((group) => name.test(path.basename(group)));
  const state = ['/run/dalamb', '/var/lib/dalamb'].flatMap(in_).filter((directory) => name.test(path.basename(directory)));
  const mounts = fs
    .readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`/run/dalamb/${keeper}-`));
  return [...groups, ...state, ...mounts];
}

/** A failing test must leave nothing running either. */
const running = new Set<Platform>();
async function started(options: Parameters<typeof startPlatform>[0]): Promise<Platform> {
  const platform = await startPlatform({ ...options, command: launcher({ asChild: true }), args: [] });
  running.add(platform);
  return platform;
}
async function endAll(directory: string): Promise<void> {
  for (const platform of running) await platform.kill();
  removeDirectory(directory);
}

async function warm(platform: Platform): Promise<void> {
  const { lambda } = clients(platform.url, account);
  const { FunctionError } = await lambda.invoke({ FunctionName: 'welcome', Payload: '{}' });
  assert.equal(FunctionError, undefined);
}

const victims: Readonly<Record<string, (members: readonly Process[]) => Process | undefined>> = {
  launcher: ([first]) => first,
  keeper: (members) => members.find(({ command, parent }, i) => i > 0 && parent === members[0]!.pid && / start /.test(command)),
  server: (members) => members.find(({ command }) => / --under-keeper/.test(command)),
};

describe('killed with an oci runtime', { skip: obstacle ?? false, timeout: 60_000 }, () => {
  const directory = temporaryDirectory();
  const config = '[sandbox]\ndriver = "oci"\nready = 1\n';
  const start = () => started({ directory, config });
  after(() => endAll(directory));

  for (const [name, choose] of Object.entries(victims))
    test(name, async () => {
      const platform = await start();
      await warm(platform);
      const members = family(platform.pid);
      const keeper = victims.keeper!(members)!;
      assert.ok(leftovers(keeper.pid).length > 0, 'the test sees what it looks for');
      const victim = choose(members);
      assert.ok(victim, `no ${name} among ${JSON.stringify(members)}`);
      assert.ok(members.length >= 5, `launcher, keeper, server and sandboxes: ${JSON.stringify(members)}`);
      process.kill(victim.pid, 'SIGKILL');
      await until(() => alive(members));
      const next = await start();
      assert.deepEqual(leftovers(keeper.pid), []);
      await warm(next);
      const second = victims.keeper!(family(next.pid))!;
      assert.equal(await next.stop(), 0);
      assert.deepEqual(leftovers(second.pid), []);
    });
});

describe('killed without isolation', { skip: process.platform !== 'linux', timeout: 60_000 }, () => {
  const directory = temporaryDirectory();
  const config = '[sandbox]\ndriver = "process"\nready = 1\n';
  const start = () => started({ directory, config });
  after(() => endAll(directory));

  for (const [name, choose] of Object.entries({
    launcher: victims.launcher!,
    server: (members: readonly Process[]) => members[1],
  }))
    test(name, async () => {
      const platform = await start();
      await warm(platform);
      const members = family(platform.pid);
      assert.ok(members.length >= 3, JSON.stringify(members));
      process.kill(choose(members)!.pid, 'SIGKILL');
      await until(() => alive(members));
      const next = await start();
      await warm(next);
      assert.equal(await next.stop(), 0);
    });
});
