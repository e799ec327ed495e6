import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyCreated, LogPage, PlatformStatus } from '../src/model/index.ts';
import { zipOf } from '../test/support/archives.ts';
import { type Clients, clients, createRole } from '../test/support/deploy.ts';
import { launcher, type Platform, root, startPlatform } from '../test/support/platform.ts';
import { type AccessKey, invokeOf, type Request, send, signed } from './signed.ts';

/** Far from what other platforms of this machine use, so that only this one's sandboxes are counted. */
export const FIRST_UID = 1_500_000_000;
/** As dalamb runs them itself, so that figure and yardstick are of one Node. */
export const RUNTIME = 'nodejs26.x';
export const results = path.join(root, 'bench/results');

export interface Bench {
  readonly platform: Platform;
  readonly key: AccessKey;
  readonly clients: Clients;
  readonly role: string;
  stop(): Promise<void>;
}

export interface BenchOptions {
  /** Booted sandboxes kept ready; default as shipped. */
  readonly ready?: number;
  /** What all environments may use together, in MiB; default as shipped: three quarters of the machine. */
  readonly memoryMiB?: number;
  /** More of the configuration file: whole sections. */
  readonly config?: string;
}

const running = new Set<number>();
const directories = new Set<string>();

/** A bench that is interrupted, or fails, leaves no platform and no data behind. */
process.on('exit', () => {
  for (const pid of running) end(pid);
  for (const directory of directories) removeBenchDirectory(directory);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {} // it got the same signal from the terminal, and is gone
}

/** A directory of its own on the disk of the checkout, for /tmp may be memory, where a sync costs nothing. */
export function benchDirectory(): string {
  fs.mkdirSync(results, { recursive: true });
  const directory = path.join(fs.mkdtempSync(path.join(results, 'data-')), 'data');
  directories.add(directory);
  return directory;
}

export function removeBenchDirectory(directory: string): void {
  fs.rmSync(path.dirname(directory), { recursive: true, force: true, maxRetries: 10 });
  directories.delete(directory);
}

/** The platform as shipped, started as `npm start` does it; only its user ids differ. */
export async function start(directory: string, { ready, memoryMiB, config: more }: BenchOptions = {}): Promise<Platform> {
  const config = [
    '[sandbox]',
    `first_uid = ${FIRST_UID}`,
    ...(ready === undefined ? [] : [`ready = ${ready}`]),
    ...(memoryMiB === undefined ? [] : ['[limits]', `memory_mib = ${memoryMiB}`]),
    ...(more === undefined ? [] : [more]),
  ];
  const platform = await startPlatform({ directory, command: launcher(), config: config.join('\n') });
  running.add(platform.pid);
  const stop = (signal?: NodeJS.Signals) => {
    running.delete(platform.pid);
    return platform.stop(signal);
  };
  return { ...platform, stop };
}

/** Started, with a role for functions and an access key whose signatures are checked: a forged one must be refused here. */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const directory = benchDirectory();
  const platform = await start(directory, options);
  const { accessKeyId, secretAccessKey } = await control<KeyCreated>(platform, 'POST', '/keys', {});
  const of = clients(platform.url, { accessKeyId, secretAccessKey });
  const key = { id: accessKeyId, secret: secretAccessKey };
  const forged = await send(signed(platform.url, invokeOf('nothing', {}), { ...key, secret: 'guessed' }));
  if (forged.status !== 403) throw new TypeError(`a forged signature was answered with ${forged.status}`);
  const role = await createRole(of, 'bench', ['service-role/AWSLambdaBasicExecutionRole']);
  const stop = async () => {
    await platform.stop();
    removeBenchDirectory(directory);
  };
  return { platform, key, clients: of, role, stop };
}

/** Starts one, and stops it whatever happens. */
export async function withBench<T>(options: BenchOptions, use: (bench: Bench) => Promise<T>): Promise<T> {
  const bench = await startBench(options);
  try {
    return await use(bench);
  } finally {
    await bench.stop();
  }
}

export async function control<T>({ url }: Platform, method: 'GET' | 'POST', route: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}/_dalamb/api/v1${route}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new TypeError(`${method} ${route} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

export function statusOf(platform: Platform): Promise<PlatformStatus> {
  return control(platform, 'GET', '/status');
}

/** Environments that live now, in whatever state. */
export async function environmentsOf({ url }: Platform): Promise<number> {
  const metrics = await (await fetch(`${url}/_dalamb/metrics`)).text();
  return Number(/^dalamb_environments_environments (\d+)/m.exec(metrics)![1]);
}

/** A Node function from one file, `index.mjs`; resolves when it can be called. */
export async function create(
  { clients: { lambda }, role }: Bench,
  name: string,
  { code, memoryMiB = 128 }: { readonly code: string; readonly memoryMiB?: number },
): Promise<string> {
  const ZipFile = await zipOf({ 'index.mjs': code });
  const { FunctionArn } = await lambda.createFunction({
    FunctionName: name,
    Role: role,
    Runtime: RUNTIME as never,
    Handler: 'index.handler',
    MemorySize: memoryMiB,
    Timeout: 30,
    Code: { ZipFile },
  });
  for (let attempt = 0; ; attempt++) {
    const { State } = await lambda.getFunctionConfiguration({ FunctionName: name });
    if (State === 'Active') return FunctionArn!;
    if (State === 'Failed' || attempt === 500) throw new TypeError(`${name} is ${State}`);
    await sleep(20);
  }
}

export function invocation({ platform, key }: Bench, name: string, event: unknown): Request {
  return signed(platform.url, invokeOf(name, event), key);
}

/** Log lines of a function that match, once there are that many; they are written behind the answers. */
export async function logLines({ platform }: Bench, name: string, filter: string, count: number): Promise<string[]> {
  const query = new URLSearchParams({ group: `/aws/lambda/${name}`, filter, limit: '10000' });
  for (let attempt = 0; attempt < 50; attempt++) {
    const lines: string[] = [];
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: LogPage | undefined = await control<LogPage>(
        platform,
        'GET',
        `/logs?${query}${after ? `&after=${after}` : ''}`,
      ).catch(() => undefined); // the group comes with the first line
      lines.push(...(page?.lines.map(({ text }) => text) ?? []));
      after = page?.next;
    }
    if (lines.length >= count) return lines;
    await sleep(100);
  }
  throw new TypeError(`fewer than ${count} log lines of ${name} after 5 s`);
}
