/**
 * What the front door costs for one warm Invoke, beside a bare echo server under the same requests: node bench/door.ts [rounds] [seconds]
 * The gateway with the real wire, a key it knows and checks, and an operation that gives its payload back at once; 16 in flight.
 * Aim: server CPU per request at most 1.6 times the echo's, so that the whole way fits into 4 times.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createGateway, type GatewayDeps } from '../src/gateway/index.ts';
import { randomIds, silentLogger, systemClock } from '../src/kernel/index.ts';
import type { Place, Principal } from '../src/model/index.ts';
import { createWire } from '../src/wire/index.ts';
import { median } from './figures.ts';
import { cpuSeconds, load, startEcho } from './measure.ts';
import { invokeOf, signed } from './signed.ts';

const ACCOUNT = '000000000000';
const KEY = { id: 'AKIABENCHBENCHBENCH0', secret: 'secret' };
const IN_FLIGHT = 16;

async function serve(): Promise<void> {
  const principal: Principal = {
    account: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    userId: ACCOUNT,
    accessKeyId: KEY.id,
    kind: 'root',
  };
  const known = { secret: KEY.secret, principal };
  const never = () => Promise.reject(new TypeError('not in this bench'));
  const gateway = createGateway({
    host: '127.0.0.1',
    port: 0,
    names: [],
    wire: createWire(),
    services: {
      lambda: {
        operations: {
          Invoke: async (input: { Payload?: Uint8Array }) => ({
            StatusCode: 200,
            ExecutedVersion: '$LATEST',
            Payload: input.Payload,
          }),
        },
        access: (_: string, { FunctionName }: Record<string, unknown>, { account, region }: Place) => [
          {
            action: 'lambda:InvokeFunction',
            resource: `arn:aws:lambda:${region}:${account}:function:${FunctionName}`,
            context: {},
          },
        ],
      },
    },
    auth: { mode: 'local' },
    authorize: never,
    findKey: async (id: string) => (id === KEY.id ? known : undefined),
    findFunctionUrl: never,
    findBucketCors: never,
    resolveFunction: never,
    run: never,
    controlRoutes: [],
    rawRoutes: [],
    status: { version: '0', health: () => ({ status: 'ok' }), sandbox: () => ({}), store: () => ({ state: 'ok' }) },
    clock: systemClock,
    ids: randomIds,
    logger: silentLogger,
  } as unknown as GatewayDeps);
  await gateway.start();
  console.log(gateway.url());
  process.once('SIGTERM', () => process.exit());
}

interface Measured {
  readonly perSecond: number;
  readonly micros: number;
}

async function measure(origin: string, pid: number, seconds: number): Promise<Measured> {
  const request = signed(origin, invokeOf('my-function', { hello: 'world' }), KEY);
  const before = cpuSeconds((candidate) => candidate === pid);
  const { requests, perSecond, failed } = await load(request, IN_FLIGHT, seconds);
  if (failed > 0) throw new TypeError(`${failed} requests failed`);
  return { perSecond, micros: ((cpuSeconds((candidate) => candidate === pid) - before) * 1e6) / requests };
}

async function startDoor(): Promise<{ readonly url: string; readonly pid: number; stop(): void }> {
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, '--serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let url: string | undefined;
  while (url === undefined) {
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    url = /http:\S+/.exec(said.toString())?.[0];
  }
  child.stdout.pipe(process.stderr); // what flags such as --trace-gc say
  return { url, pid: child.pid!, stop: () => child.kill() };
}

async function compare(rounds: number, seconds: number): Promise<void> {
  const echo = await startEcho();
  const door = await startDoor();
  const figures: { echo: Measured; door: Measured }[] = [];
  try {
    await measure(echo.url, echo.pid, 1);
    await measure(door.url, door.pid, 2);
    for (let round = 0; round < rounds; round++) {
      const one = { echo: await measure(echo.url, echo.pid, seconds), door: await measure(door.url, door.pid, seconds) };
      const show = ({ perSecond, micros }: Measured) => `${Math.round(perSecond)}/s ${micros.toFixed(1)} µs`;
      console.log(`echo ${show(one.echo)}   door ${show(one.door)}   × ${(one.door.micros / one.echo.micros).toFixed(2)}`);
      figures.push(one);
    }
    const ratio = median(figures.map((one) => one.door.micros / one.echo.micros));
    const rate = median(figures.map((one) => one.door.perSecond / one.echo.perSecond));
    console.log(`median: ${ratio.toFixed(2)} times the echo's CPU a request, ${rate.toFixed(2)} of its throughput`);
  } finally {
    door.stop();
    await echo.stop();
  }
}

if (process.argv[2] === '--serve') await serve();
else if (import.meta.main) await compare(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 2));
