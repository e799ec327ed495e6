import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Request } from './signed.ts';

const run = promisify(execFile);

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Responses other than 2xx and 3xx, and socket errors. */
  readonly failed: number;
}

/** It sends in turns what is in the file `requests`, and, where it is there to take them, keeps the bodies of answers in the file `answers`. */
const script = `
local all, at, kept = {}, 0, nil
function init(args)
  local file = io.open(args[1] .. '/requests', 'rb')
  for one in file:read('*a'):gmatch('[^%z]+') do all[#all + 1] = one end
  kept = io.open(args[1] .. '/answers', 'r+')
  if kept then
    kept:setvbuf('line')
    response = function(status, headers, body) kept:write(body, '\\n') end
  end
end
function request() at = at % #all + 1; return all[at] end
function done(s, l, r)
  local failed = s.errors.connect + s.errors.read + s.errors.write + s.errors.status + s.errors.timeout
  io.write(string.format('RESULT %d %d %f %f %d\\n', s.requests, s.duration, l:percentile(50), l:percentile(99), failed))
end
`;

function bytesOf({ url, method, headers, body }: Request): string {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) }).map((one) => one.join(': '));
  return [`${method} ${new URL(url).pathname} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

/** Sends these requests, without zero bytes, in turns, over and over, with wrk, a client that costs little itself. */
export async function load(requests: Request | readonly Request[], connections: number, seconds: number): Promise<Load> {
  return (await loadWith([requests].flat(), { connections, seconds })).load;
}

/** The same, and the bodies of the answers, each of one line. */
export async function loadAndKeep(
  requests: readonly Request[],
  connections: number,
  seconds: number,
): Promise<{ readonly load: Load; readonly answers: readonly string[] }> {
  return await loadWith(requests, { connections, seconds, keep: true });
}

async function loadWith(
  requests: readonly Request[],
  { connections, seconds, keep = false }: { readonly connections: number; readonly seconds: number; readonly keep?: boolean },
): Promise<{ load: Load; answers: readonly string[] }> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-wrk-'));
  const inside = (name: string) => path.join(directory, name);
  fs.writeFileSync(inside('script.lua'), script);
  fs.writeFileSync(inside('requests'), requests.map(bytesOf).join('\0'));
  if (keep) fs.writeFileSync(inside('answers'), '');
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', inside('script.lua')];
  try {
    const { stdout } = await run('wrk', [...flags, requests[0]!.url, '--', directory]);
    const answers = keep ? fs.readFileSync(inside('answers'), 'utf8').trimEnd().split('\n') : [];
    return { load: resultOf(stdout), answers };
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function resultOf(stdout: string): Load {
  const numbers = /RESULT (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)/.exec(stdout)!.slice(1).map(Number);
  const [requests, duration, p50, p99, failed] = numbers as [number, number, number, number, number];
  return { requests, perSecond: requests / (duration / 1e6), p50: p50 / 1000, p99: p99 / 1000, failed };
}

const TICKS = 100;

/** CPU seconds used so far by all processes for which belongs is true, and by those that they started and that have ended. */
export function cpuSeconds(belongs: (pid: number) => boolean): number {
  let ticks = 0;
  for (const pid of processes()) {
    if (!belongs(pid)) continue;
    try {
      const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      for (const field of fields.slice(11, 15)) ticks += Number(field); // own user and system time, those of ended children
    } catch {} // it ended meanwhile
  }
  return ticks / TICKS;
}

function processes(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A process, what it started, and every process of a sandbox (their user ids begin at firstUid). */
export function familyOf(pid: number, firstUid: number): (candidate: number) => boolean {
  return (candidate) => {
    try {
      for (let at = candidate; at > 1; ) {
        if (at === pid) return true;
        at = Number(fs.readFileSync(`/proc/${at}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
      }
      return fs.statSync(`/proc/${candidate}`).uid >= firstUid;
    } catch {
      return false;
    }
  };
}

/** Every process of a sandbox: their user ids begin at firstUid. */
export function ofSandboxes(firstUid: number): (candidate: number) => boolean {
  return (candidate) => {
    try {
      return fs.statSync(`/proc/${candidate}`).uid >= firstUid;
    } catch {
      return false; // it ended meanwhile
    }
  };
}

/** Ms from spawning this Node with an empty program to its end. */
export async function nodeStartMs(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new TypeError(`node -e 0 ended with ${code}`);
  return performance.now() - began;
}

/** Proportional set size in bytes of all processes for which belongs is true. */
export function pssBytes(belongs: (pid: number) => boolean): number {
  let kib = 0;
  for (const pid of processes()) {
    if (!belongs(pid)) continue;
    try {
      kib += Number(/^Pss:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {} // it ended meanwhile
  }
  return kib * 1024;
}

export interface Echo {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The yardstick of everything over HTTP: a bare node:http server, on the same Node, that answers with the body it got. */
export async function startEcho(): Promise<Echo> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'echo.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    pid: child.pid!,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}
