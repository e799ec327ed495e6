import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure, percentile } from './figures.ts';
import { type Echo, startEcho } from './measure.ts';
import { type Bench, benchDirectory, create, invocation, logLines, removeBenchDirectory, withBench } from './platform.ts';
import { sendWell, signed } from './signed.ts';

/**
 * The function says when its handler began on the clock that all processes of this machine share (CLOCK_MONOTONIC), before anything else.
 */
const code = `export const handler = async (event) => {
  const at = process.hrtime.bigint();
  if (!event.Records) return String(at);
  for (const { s3 } of event.Records) console.log('began', s3.object.key, String(at));
};`;
const BODY = 'x'.repeat(1024);

interface Pace {
  readonly of: string;
  readonly memoryMiB: number;
  readonly count: number;
  readonly pauseMs: number;
  readonly asked: boolean;
}

/**
 * From sending a signed PutObject of 1 KB to the start of the handler that its bucket notifies; the answer of put is not waited for by the
 * notification, but the sync of the object is. Beside it one write and fdatasync of 1 KB, in turns.
 */
export function benchPut(quick: boolean): Promise<Figure[]> {
  const count = quick ? 40 : 300;
  const paces: Pace[] = [
    { of: '128 MB', memoryMiB: 128, count, pauseMs: 10, asked: true },
    { of: '1769 MB', memoryMiB: 1769, count, pauseMs: 10, asked: true },
    { of: '1769 MB, back to back', memoryMiB: 1769, count, pauseMs: 0, asked: false },
    { of: '128 MB, frozen before', memoryMiB: 128, count: count / 5, pauseMs: 350, asked: false },
  ];
  return withBench({}, async (bench) => {
    const figures: Figure[] = [];
    const echo = await startEcho();
    try {
      for (const pace of paces) figures.push(...(await atPace({ ...bench, echo }, `put-${figures.length}`, pace)));
    } finally {
      await echo.stop();
    }
    return figures;
  });
}

type PutBench = Bench & { readonly echo: Echo };

async function atPace(bench: PutBench, name: string, pace: Pace): Promise<Figure[]> {
  await notified(bench, name, pace.memoryMiB);
  await checkClock(bench, name);
  const puts = await putAll(bench, name, pace);
  const began = await handlerStarts(bench, name, puts.size);
  const delays = [...puts.values()].slice(pace.count / 10).map(({ sent, key }) => Number(began.get(key)! - sent) / 1e6);
  const syncs = [...puts.values()].map(({ syncMs }) => syncMs);
  const at = (part: number, target?: Figure['target']): Figure => ({
    name: `S3 put to handler start, ${pace.of}: p${part * 100}`,
    value: percentile(delays, part),
    unit: 'ms',
    yardstick: { name: 'write + fdatasync', value: percentile(syncs, part) },
    ratio: percentile(delays, part) / percentile(syncs, part),
    ...(target ? { target } : {}),
  });
  const echoes = [...puts.values()].map(({ echoedMs }) => echoedMs);
  const answers = [...puts.values()].map(({ answeredMs }) => answeredMs);
  return [
    at(0.5, pace.asked ? { at: 'most', value: 2, of: 'value' } : undefined),
    at(0.99),
    figure(`S3 put to its answer, ${pace.of}: p50`, percentile(answers, 0.5), 'ms', {
      yardstick: { name: 'bare echo', value: percentile(echoes, 0.5) },
    }),
  ];
}

/** A bucket and a function of that name, the one notifying the other. */
async function notified(bench: Bench, name: string, memoryMiB: number): Promise<void> {
  const { s3, lambda } = bench.clients;
  const LambdaFunctionArn = await create(bench, name, { code, memoryMiB });
  await s3.createBucket({ Bucket: name });
  await lambda.addPermission({
    FunctionName: name,
    StatementId: 's3',
    Action: 'lambda:InvokeFunction',
    Principal: 's3.amazonaws.com',
    SourceArn: `arn:aws:s3:::${name}`,
  });
  await s3.putBucketNotificationConfiguration({
    Bucket: name,
    NotificationConfiguration: { LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:ObjectCreated:*'] }] },
  });
}

/** A call's handler starts between sending and answer, or the clocks are not one. */
async function checkClock(bench: Bench, name: string): Promise<void> {
  for (let call = 0; call < 20; call++) {
    const before = process.hrtime.bigint();
    const { text } = await sendWell(invocation(bench, name, {}));
    const at = BigInt(JSON.parse(text) as string);
    if (at < before || at > process.hrtime.bigint()) throw new TypeError('the sandbox has another clock than this process');
  }
}

interface Put {
  readonly key: string;
  readonly sent: bigint;
  readonly syncMs: number;
  readonly answeredMs: number;
  /** The same client and request, to the bare server. */
  readonly echoedMs: number;
}

async function putAll(
  { platform, key: by, echo }: PutBench,
  bucket: string,
  { count, pauseMs }: Pace,
): Promise<Map<string, Put>> {
  const puts = new Map<string, Put>();
  const directory = benchDirectory();
  fs.mkdirSync(directory);
  const file = fs.openSync(path.join(directory, 'raw'), 'w');
  for (let number = 0; number < count; number++) {
    const began = performance.now();
    fs.writeSync(file, BODY);
    fs.fdatasyncSync(file);
    const syncMs = performance.now() - began;
    await sleep(pauseMs);
    const key = `key-${number}`;
    const request = signed(platform.url, { service: 's3', method: 'PUT', path: `/${bucket}/${key}`, body: BODY }, by);
    const sent = process.hrtime.bigint();
    const { ms } = await sendWell(request);
    await sleep(pauseMs);
    const echoed = await sendWell({ ...request, url: echo.url });
    puts.set(key, { key, sent, syncMs, answeredMs: ms, echoedMs: echoed.ms });
  }
  fs.closeSync(file);
  removeBenchDirectory(directory);
  return puts;
}

async function handlerStarts(bench: Bench, name: string, count: number): Promise<Map<string, bigint>> {
  const lines = await logLines(bench, name, 'began', count);
  const starts = lines.map((line) => /began (\S+) (\d+)/.exec(line)!);
  return new Map(starts.map(([, key, at]) => [key!, BigInt(at!)]));
}
