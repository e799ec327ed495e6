import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { detach, leaveMountNamespace, makePrivate } from '../system.ts';
import { cgroupMounts } from './cgroup.ts';

const RUN = '/run/dalamb';
const IMAGES = '/var/lib/dalamb';

export interface House {
  /** Pid and start time of the keeper, so that a later start can tell whether it lives. */
  readonly instance: string;
  readonly runDirectory: string;
  readonly imagesDirectory: string;
  /** Takes mounts, directories and cgroups away and lets the watchdog go. */
  close(): void;
}

/** Clears up after dead keepers, then makes this one's place: a mount namespace, directories, and a watchdog over its cgroups. */
export function openHouse(): House {
  leaveMountNamespace();
  sweep();
  const instance = `${process.pid}-${startTime(process.pid)}`;
  const runDirectory = path.join(RUN, instance);
  const imagesDirectory = path.join(IMAGES, instance);
  fs.mkdirSync(RUN, { recursive: true, mode: 0o711 });
  fs.mkdirSync(IMAGES, { recursive: true, mode: 0o700 });
  fs.mkdirSync(runDirectory, { mode: 0o711 });
  makePrivate(runDirectory);
  const release = watchOver(instance);
  return {
    instance,
    runDirectory,
    imagesDirectory,
    close() {
      unmountBelow(runDirectory);
      removeCgroups(instance);
      removeDirectory(runDirectory);
      removeDirectory(imagesDirectory);
      release();
    },
  };
}

/** In clock ticks since boot; undefined when there is no such process. */
function startTime(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Removes what keepers that died left: their mounts and network namespaces went with their processes, the rest goes here. */
export function sweep(): void {
  const names = new Set([RUN, IMAGES].flatMap((directory) => (fs.existsSync(directory) ? fs.readdirSync(directory) : [])));
  for (const name of names) {
    const [, pid, start] = /^(\d+)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || startTime(Number(pid)) === start) continue;
    killCgroups(name);
    removeCgroups(name);
    for (const directory of [RUN, IMAGES]) removeDirectory(path.join(directory, name));
  }
}

function groupsOf(instance: string): string[] {
  const all = [...new Set(cgroupMounts().values())].map((mount) => path.join(mount, `dalamb-${instance}`));
  return all.filter((directory) => fs.existsSync(directory));
}

function below(directory: string): string[] {
  const entries = fs.readdirSync(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(directory, entry.name));
}

function killCgroups(instance: string): void {
  for (const group of groupsOf(instance).flatMap(below)) {
    const pids = fs.readFileSync(path.join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    for (const pid of pids) quietly(() => process.kill(Number(pid), 'SIGKILL'));
    quietly(() => fs.writeFileSync(path.join(group, 'freezer.state'), 'THAWED', { flag: 'r+' }));
  }
}

/** What is still in use stays for the next start. */
function removeCgroups(instance: string): void {
  for (const group of groupsOf(instance)) {
    for (const one of below(group)) quietly(() => fs.rmdirSync(one));
    quietly(() => fs.rmdirSync(group));
  }
}

function mountsBelow(directory: string): string[] {
  const lines = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const points = lines.map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`));
}

function unmountBelow(directory: string): void {
  for (const point of mountsBelow(directory).reverse()) quietly(() => detach(point));
}

/** Never follows a mount: a directory in which something is still mounted is left alone. */
function removeDirectory(directory: string): void {
  if (mountsBelow(directory).length > 0) return;
  quietly(() => fs.rmSync(directory, { recursive: true, force: true }));
}

/** Reads until its input ends, which is when the keeper dies; then kills whatever is in the keeper's cgroups, until nothing is. */
const WATCHDOG = `read -r word && [ "$word" = leave ] && exit 0
tries=0
while [ $tries -lt 50 ]; do
  found=
  for group in "$@"; do
    for one in "$group"/*/; do
      [ -e "$one/cgroup.procs" ] || continue
      while read -r pid; do kill -9 "$pid"; found=1; done < "$one/cgroup.procs"
      [ -e "$one/freezer.state" ] && echo THAWED > "$one/freezer.state"
    done
  done
  [ -z "$found" ] && break
  tries=$((tries + 1)); sleep 0.1
done
for group in "$@"; do rmdir "$group"/*/ "$group"; done`;

function watchOver(instance: string): () => void {
  const groups = [...new Set(cgroupMounts().values())].map((mount) => path.join(mount, `dalamb-${instance}`));
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'dalamb-watchdog', ...groups], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a signal to the keeper's group is not for it
  });
  child.unref();
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  return () => void child.stdin.end('leave\n');
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {} // gone already, or busy: the next start looks again
}
