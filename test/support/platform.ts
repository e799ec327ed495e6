import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

export interface Platform {
  readonly url: string;
  readonly directory: string;
  readonly pid: number;
  /** Ms from starting the process to its line on stdout. */
  readonly readyMs: number;
  /** All that was said on stderr so far. */
  log(): string;
  /** All that was said on stdout so far. */
  stdout(): string;
  /** SIGTERM or that signal, and the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** SIGKILL to the whole thing as a user would: the process that was started. */
  kill(): Promise<void>;
}

export interface PlatformOptions {
  /** Kept between starts; default a new one, removed by stop. */
  readonly directory?: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** Text of a configuration file. */
  readonly config?: string;
  /** What is run, instead of Node with src/main.ts: a program and its first arguments. */
  readonly command?: readonly [string, ...string[]];
  /** Where it is run; default the checkout. */
  readonly cwd?: string;
  /** Leaves port, data and config to args and env. */
  readonly plain?: boolean;
}

/** Of a store in a test, which opens many and needs no room kept for a full disk. */
export const SMALL_RESERVE = 64 * 1024;

/** It ended before it was ready. */
export class Refused extends Error {
  readonly code: number | null;
  readonly log: string;

  constructor(code: number | null, log: string) {
    super(`dalamb ended with ${code} before it was ready:\n${log}`);
    this.code = code;
    this.log = log;
  }
}

/** The launcher. asChild: as on a Node without process.execve, where it stays as the parent of what it starts. */
export function launcher({ asChild = false } = {}): [string, ...string[]] {
  const flags = asChild ? ['--import', 'data:text/javascript,process.execve=undefined'] : [];
  return [process.execPath, ...flags, path.join(root, 'bin/dalamb.mjs')];
}

/** A real platform in a process of its own, on a free port, with its own data. Rejects with Refused when it does not get ready. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const directory = options.directory ?? temporaryDirectory();
  const [program, ...first] = options.command ?? [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    path.join(root, 'src/main.ts'),
  ];
  const began = performance.now();
  const child = spawn(program!, [...first, 'start', ...argumentsOf(options, directory), ...(options.args ?? ['--bare'])], {
    cwd: options.cwd ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const said = { out: '', log: '' };
  child.stdout!.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    said.log += chunk;
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await ready(child, said);
  const gone = async () => {
    const [code] = await exited;
    if (options.directory === undefined) removeDirectory(directory);
    return code;
  };
  return {
    url,
    directory,
    pid: child.pid!,
    readyMs: performance.now() - began,
    log: () => said.log,
    stdout: () => said.out,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return gone();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function argumentsOf(options: PlatformOptions, directory: string): string[] {
  if (options.plain) return [];
  const config = `${directory}.toml`;
  fs.mkdirSync(path.dirname(config), { recursive: true });
  fs.writeFileSync(config, options.config ?? '');
  return ['--port', '0', '--data', directory, '--config', config];
}

export function temporaryDirectory(): string {
  return path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-test-')), 'data');
}

export function removeDirectory(directory: string): void {
  fs.rmSync(path.dirname(directory), { recursive: true, force: true });
}

function ready(child: ChildProcess, said: { readonly out: string; readonly log: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const look = () => {
      const found = /^dalamb ready at (http:\/\/\S+)\n/m.exec(said.out);
      if (!found) return;
      clearTimeout(late);
      child.stdout!.off('data', look);
      resolve(found[1]!);
    };
    child.stdout!.on('data', look);
    child.once('close', (code) => {
      clearTimeout(late);
      reject(new Refused(code, said.log));
    });
    child.once('error', reject);
  });
}
