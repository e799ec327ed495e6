import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const root = path.resolve(import.meta.dirname, '../..');

export interface Platform {
  readonly url: string;
  readonly directory: string;
  readonly pid: number;
  /** All that was said on stderr so far. */
  log(): string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
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
}

/** A real platform in a process of its own, on a free port, with its own data. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const directory = options.directory ?? temporaryDirectory();
  const config = path.join(directory, '..', `${path.basename(directory)}.toml`);
  fs.writeFileSync(config, options.config ?? '');
  const args = [
    '--disable-warning=ExperimentalWarning',
    path.join(root, 'src/main.ts'),
    'start',
    '--port',
    '0',
    '--data',
    directory,
    '--config',
    config,
  ];
  const child = spawn(process.execPath, [...args, ...(options.args ?? ['--bare'])], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  let log = '';
  child.stderr!.on('data', (chunk) => {
    log += chunk;
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await ready(child, exited, () => log);
  const gone = async () => {
    const [code] = await exited;
    if (options.directory === undefined) removeDirectory(directory);
    return code;
  };
  return {
    url,
    directory,
    pid: child.pid!,
    log: () => log,
    stop: () => {
      child.kill('SIGTERM');
      return gone();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export function temporaryDirectory(): string {
  return path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-test-')), 'data');
}

export function removeDirectory(directory: string): void {
  fs.rmSync(path.dirname(directory), { recursive: true, force: true });
}

async function ready(child: ChildProcess, exited: Promise<unknown>, log: () => string): Promise<string> {
  const line = (async () => {
    for await (const text of createInterface({ input: child.stdout! })) {
      const found = /^dalamb ready at (http:\/\/\S+)$/.exec(text);
      if (found) return found[1]!;
    }
    throw new Error(`dalamb ended before it was ready:\n${log()}`);
  })();
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  try {
    return await Promise.race([
      line,
      exited.then(() => Promise.reject(new Error(`dalamb ended before it was ready:\n${log()}`))),
    ]);
  } finally {
    clearTimeout(late);
    child.stdout!.resume();
  }
}
