import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.ts';
import type { Called } from './calls.ts';
import { familyOf } from './measure.ts';
import { lastLine } from './peer-install.ts';
import type { Peer } from './peers.ts';
import { benchDirectory, removeBenchDirectory } from './platform.ts';

const START_MS = 60_000;
const STOP_MS = 10_000;

export interface RunningPeer extends Called {
  /** Whether that is its process, or one below it. */
  readonly belongs: (pid: number) => boolean;
  stop(): Promise<void>;
}

/** Resolves when it takes connections on a port of its own; throws with its last words if it ends before, or takes over a minute. */
export async function startPeer(of: Pick<Peer, 'version' | 'key' | 'command'>): Promise<RunningPeer> {
  const directory = benchDirectory();
  fs.mkdirSync(directory);
  try {
    const port = await freePort();
    const [program, ...args] = of.command({ version: of.version, port, data: directory });
    const log = path.join(path.dirname(directory), 'log');
    const child = await launched(program!, args, log);
    const stop = () => stopped(child).then(() => removeBenchDirectory(directory));
    const peer = { platform: { url: `http://127.0.0.1:${port}` }, key: of.key, belongs: familyOf(child.pid!, Infinity), stop };
    await untilListening(child, port).catch(async (error: Error) => {
      await stopped(child);
      throw new TypeError(`${error.message}: ${lastLine(fs.readFileSync(log, 'utf8'))}`);
    });
    return peer;
  } catch (error) {
    removeBenchDirectory(directory);
    throw error;
  }
}

async function launched(program: string, args: readonly string[], log: string): Promise<ChildProcess> {
  const file = fs.openSync(log, 'w');
  const child = spawn(program, args, { stdio: ['ignore', file, file], cwd: path.dirname(log) });
  fs.closeSync(file);
  const end = () => child.kill('SIGKILL'); // a bench that is interrupted leaves none behind
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
  await once(child, 'spawn');
  return child;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exit;
  clearTimeout(late);
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  for (const until = performance.now() + START_MS; performance.now() < until; await sleep(50)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new TypeError('it ended at once');
    if (await connects(port)) return;
  }
  throw new TypeError(`it does not listen after ${START_MS / 1000} s`);
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
