import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { CreateFunctionRequest } from '@aws-sdk/client-lambda';
import { zipOf } from './archives.ts';
import { type Clients, clients, createRole, deploy } from './deploy.ts';
import { type Platform, startPlatform } from './platform.ts';

/** What a caller saw of one call of a hostile function. */
export interface Seen {
  readonly requestId: string;
  /** `Unhandled`; undefined for an answer. */
  readonly error: string | undefined;
  readonly payload: unknown;
  /** The last 4 KB of the log. */
  readonly tail: string;
  readonly ms: number;
}

/** A function whose code is what the caller says. */
export type Attacker = (code: string) => Promise<Seen>;

export interface Victims {
  readonly platform: Platform;
  readonly of: Clients;
  /** Has the policies of a plain function. */
  readonly role: string;
  attacker(name: string, settings?: Partial<CreateFunctionRequest>): Promise<Attacker>;
  /** Runs the attack while the neighbour is called all the time: it answers always, and never waits longer than this. */
  beside<T>(attack: () => Promise<T>): Promise<T>;
  /** Messages of a function's log group once one of them matches; other groups' never come with them. */
  logged(name: string, pattern: RegExp): Promise<string[]>;
  stop(): Promise<void>;
}

/** Runs `event.code` as the body of an async function with `require`, `event` and `context`. */
const OBEDIENT = `
const { execFileSync } = require('node:child_process');
const sh = (script) => { try { return execFileSync('/bin/sh', ['-c', 'exec 2>&1; ' + script], { maxBuffer: 1 << 22 }).toString(); } catch (e) { return String(e.stdout) + '(' + (e.status ?? e.signal) + ')'; } };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let calls = 0;
exports.handler = async (event, context) => {
  calls++;
  const Body = Object.getPrototypeOf(async () => {}).constructor;
  return new Body('require', 'event', 'context', 'sh', 'pause', 'calls', event.code)(require, event, context, sh, pause, calls);
};`;

/** The frame channel, as the code of a function can find it. */
export const channel = `const channel = (() => {
  const fs = require('fs');
  const fd = fs.readdirSync('/proc/self/fd').map(Number).filter((fd) => fd > 2).find((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch {} });
  return { write: (bytes) => fs.writeSync(fd, bytes), destroy: () => fs.closeSync(fd) };
})()`;

const NEIGHBOUR = `exports.handler = async (event) => ({ echo: event.n, secret: process.env.SECRET.length });`;
/** Of the neighbour: in its environment, in its code, in its /tmp. */
export const SECRET = 'the-neighbours-own-secret';
/** A neighbour that waits this long has been harmed; wide, since the machine is shared. */
const HARMED_MS = 2500;

/** A platform with a neighbour that must not notice anything. */
export async function startVictims(config = ''): Promise<Victims> {
  const platform = await startPlatform({ config });
  const of = clients(platform.url);
  const logs = new CloudWatchLogs({
    endpoint: platform.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const role = await createRole(of, 'plain', ['service-role/AWSLambdaBasicExecutionRole']);
  const obedient = await zipOf({ 'index.js': OBEDIENT });
  await deploy(of, 'neighbour', await zipOf({ 'index.js': `// ${SECRET}\n${NEIGHBOUR}` }), {
    Role: role,
    Environment: { Variables: { SECRET } },
  });

  let n = 0;
  const askNeighbour = async () => {
    const event = { n: ++n };
    const began = Date.now();
    const { FunctionError, Payload } = await of.lambda.invoke({ FunctionName: 'neighbour', Payload: JSON.stringify(event) });
    assert.equal(FunctionError, undefined);
    assert.deepEqual(JSON.parse(Payload!.transformToString()), { echo: event.n, secret: SECRET.length });
    return Date.now() - began;
  };
  await askNeighbour();

  return {
    platform,
    of,
    role,
    async attacker(name, settings) {
      await deploy(of, name, obedient, { Role: role, Timeout: 10, ...settings });
      return (code) => attackFunction(of, name, code);
    },
    async beside(attacked) {
      let over = false;
      const attacking = attacked().finally(() => {
        over = true;
      });
      const waits: number[] = [];
      const watching = (async () => {
        do {
          waits.push(await askNeighbour());
          await new Promise((resolve) => setTimeout(resolve, 25));
        } while (!over);
        waits.push(await askNeighbour());
      })();
      const [result, watched] = await Promise.allSettled([attacking, watching]);
      if (watched.status === 'rejected') throw watched.reason;
      if (result.status === 'rejected') throw result.reason;
      assert.ok(Math.max(...waits) < HARMED_MS, `the neighbour waited ${Math.max(...waits)} ms`);
      return result.value;
    },
    async logged(name, pattern) {
      for (const end = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const messages = await allMessages(logs, `/aws/lambda/${name}`).catch(() => []);
        if (messages.some((message) => pattern.test(message))) return messages;
        assert.ok(Date.now() < end, `the log of ${name} never said ${pattern}; it said ${messages.join('').slice(-2000)}`);
      }
    },
    async stop() {
      try {
        await assertAccounts(of, platform.url);
      } finally {
        assert.equal(await platform.stop(), 0, platform.log().slice(-4000));
      }
      assert.doesNotMatch(platform.log(), / error /, 'the platform itself was surprised');
    },
  };
}

/** Every page of a log group. */
async function allMessages(logs: CloudWatchLogs, logGroupName: string): Promise<string[]> {
  const messages: string[] = [];
  for (let nextToken: string | undefined, pages = 0; pages < 200; pages++) {
    const page = await logs.filterLogEvents({ logGroupName, nextToken });
    messages.push(...(page.events ?? []).map(({ message }) => message ?? ''));
    nextToken = page.nextToken;
    if (nextToken === undefined) break;
  }
  return messages;
}

/** What callers saw of each function, to be compared with the platform's own accounts. */
interface Count {
  invocations: number;
  failed: number;
}
const counted = new WeakMap<Clients, Map<string, Count>>();

function count(of: Clients, name: string, failed: boolean): void {
  const counts = counted.get(of) ?? new Map<string, Count>();
  counted.set(of, counts);
  const { invocations, failed: before } = counts.get(name) ?? { invocations: 0, failed: 0 };
  counts.set(name, { invocations: invocations + 1, failed: before + Number(failed) });
}

interface Usage {
  readonly functions: readonly {
    readonly function: string;
    readonly invocations: number;
    readonly errors: number;
  }[];
}

/** Whatever the functions did: each of their calls is metered once, and each failure as one. */
async function assertAccounts(of: Clients, url: string): Promise<void> {
  const expected = Object.fromEntries(counted.get(of) ?? []);
  for (const end = Date.now() + 5000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { functions } = (await (await fetch(`${url}/_dalamb/api/usage`)).json()) as Usage;
    const seen = Object.fromEntries(
      functions
        .filter((usage) => Object.hasOwn(expected, usage.function))
        .map((usage) => [usage.function, { invocations: usage.invocations, failed: usage.errors }]),
    );
    if (isDeepStrictEqual(seen, expected)) return;
    if (Date.now() > end) assert.deepEqual(seen, expected, 'the accounts are wrong');
  }
}

/** Calls a function that runs what it is told. */
export async function attackFunction(of: Clients, name: string, code: string): Promise<Seen> {
  const began = Date.now();
  const answer = await of.lambda.invoke({
    FunctionName: name,
    LogType: 'Tail',
    Payload: JSON.stringify({ code, nonce: randomUUID() }),
  });
  count(of, name, answer.FunctionError !== undefined);
  const text = answer.Payload!.transformToString();
  return {
    requestId: answer.$metadata.requestId!,
    error: answer.FunctionError,
    payload: text === '' ? undefined : JSON.parse(text),
    tail: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
    ms: Date.now() - began,
  };
}

/** That the platform itself answered for the function, to the word (spec/invoke.md §3.2), and that its report says so too. */
export function assertPlatformError(seen: Seen, errorType: string, text: string): void {
  assert.equal(seen.error, 'Unhandled');
  assert.deepEqual(seen.payload, { errorType, errorMessage: `RequestId: ${seen.requestId} Error: ${text}` });
  const status = errorType === 'Sandbox.Timedout' ? 'timeout' : `error\tError Type: ${errorType}`;
  assert.ok(
    seen.tail.endsWith(`\tStatus: ${status}\n`) && seen.tail.includes(`REPORT RequestId: ${seen.requestId}`),
    `the report is missing: ${seen.tail}`,
  );
}

/** The answer of a call that went well. */
export function answerOf<T>(seen: Seen): T {
  assert.equal(seen.error, undefined, JSON.stringify(seen.payload));
  return seen.payload as T;
}
