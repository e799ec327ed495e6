import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure, percentile } from './figures.ts';
import type { Echo } from './measure.ts';
import { type Bench, benchDirectory, invocation, logLines, removeBenchDirectory } from './platform.ts';
import { sendWell, signed, type Unsigned } from './signed.ts';

/**
 * A function that says when its handler began, on the clock that all processes of this machine share (CLOCK_MONOTONIC), before anything
 * else; in an event it looks for marks, wherever the source puts them.
 */
export const starter = `export const handler = async (event) => {
  const at = process.hrtime.bigint();
  const marks = JSON.stringify(event).match(/mark-\\d+-/g);
  if (!marks) return String(at);
  for (const mark of new Set(marks)) console.log('began', mark, String(at));
};`;

export interface Starting {
  readonly bench: Bench;
  readonly echo: Echo;
  /** The function that is started; it runs starter. */
  readonly name: string;
  readonly count: number;
  /** Events that it has been sent before. */
  readonly before?: number;
  /** Before each event, and after its answer. */
  readonly pauseMs: number;
  /** The call that sends an event with this mark. */
  readonly call: (mark: string) => Unsigned;
}

interface Sent {
  readonly mark: string;
  readonly at: bigint;
  readonly syncMs: number;
  readonly answeredMs: number;
  /** The same client and request, to the bare server. */
  readonly echoedMs: number;
}

const BODY = 'x'.repeat(1024);

/**
 * From sending events, one after the other, to the start of the handler that gets them; the answer to the sender is not waited for by the
 * event, but its sync is. Beside it one write and fdatasync of 1 KB, in turns. The first tenth is not counted.
 */
export async function measureStarts(of: string, starting: Starting, target?: Figure['target']): Promise<Figure[]> {
  await checkClock(starting);
  const sent = await sendAll(starting);
  const began = await handlerStarts(starting);
  const delays = sent.slice(starting.count / 10).map(({ at, mark }) => Number(began.get(mark)! - at) / 1e6);
  const p50 = (values: readonly number[]) => percentile(values, 0.5);
  const at = (part: number, more: Pick<Figure, 'target'>) => {
    const yardstick = {
      name: 'write + fdatasync',
      value: percentile(
        sent.map(({ syncMs }) => syncMs),
        part,
      ),
    };
    return figure(`${of}: p${part * 100}`, percentile(delays, part), 'ms', { yardstick, ...more });
  };
  return [
    at(0.5, target ? { target } : {}),
    at(0.99, {}),
    figure(`${of}, to the sender's answer: p50`, p50(sent.map(({ answeredMs }) => answeredMs)), 'ms', {
      yardstick: { name: 'bare echo', value: p50(sent.map(({ echoedMs }) => echoedMs)) },
    }),
  ];
}

/** A call's handler starts between sending and answer, or the clocks are not one. */
async function checkClock({ bench, name }: Starting): Promise<void> {
  for (let call = 0; call < 20; call++) {
    const before = process.hrtime.bigint();
    const { text } = await sendWell(invocation(bench, name, {}));
    const at = BigInt(JSON.parse(text) as string);
    if (at < before || at > process.hrtime.bigint()) throw new TypeError('the sandbox has another clock than this process');
  }
}

async function sendAll({ bench, echo, count, before = 0, pauseMs, call }: Starting): Promise<readonly Sent[]> {
  const all: Sent[] = [];
  const directory = benchDirectory();
  fs.mkdirSync(directory);
  const file = fs.openSync(path.join(directory, 'raw'), 'w');
  for (let number = 0; number < count; number++) {
    const began = performance.now();
    fs.writeSync(file, BODY);
    fs.fdatasyncSync(file);
    const syncMs = performance.now() - began;
    await sleep(pauseMs);
    const mark = `mark-${before + number}-`;
    const request = signed(bench.platform.url, call(mark), bench.key);
    const at = process.hrtime.bigint();
    const { ms: answeredMs } = await sendWell(request);
    await sleep(pauseMs);
    const { ms: echoedMs } = await sendWell({ ...request, url: echo.url });
    all.push({ mark, at, syncMs, answeredMs, echoedMs });
  }
  fs.closeSync(file);
  removeBenchDirectory(directory);
  return all;
}

async function handlerStarts({ bench, name, count, before = 0 }: Starting): Promise<Map<string, bigint>> {
  const lines = await logLines(bench, name, 'began', before + count);
  const starts = lines.map((line) => /began (\S+) (\d+)/.exec(line)!);
  return new Map(starts.map(([, mark, at]) => [mark!, BigInt(at!)]));
}
