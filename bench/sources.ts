import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf, atATime } from './calls.ts';
import { createMapping, createQueue, createStream, eventSources, pollingRole } from './event-sources.ts';
import { type Figure, figure } from './figures.ts';
import { cpuSeconds, familyOf, startEcho } from './measure.ts';
import { type Bench, control, create, FIRST_UID, withBench } from './platform.ts';
import { jsonCall } from './signed.ts';
import { measureStarts } from './starts.ts';

const BODY = 'x'.repeat(1024);
const DRAINED = 10_000;
const noOperation = 'export const handler = async () => {};';

/** From an event to the function that it is for: how soon, how many a second, and what waiting for it costs. */
export function benchSources(quick: boolean): Promise<Figure[]> {
  return withBench({}, async (first) => {
    const bench = { ...first, role: await pollingRole(first) };
    return [
      ...(await starts(bench, quick)),
      await drainedQueue(bench, quick ? DRAINED / 10 : DRAINED),
      await drainedStream(bench, quick ? DRAINED / 10 : DRAINED),
      ...(await idleMappings(bench, quick)),
    ];
  });
}

/** One event after the other: as people do, with a machine that slept meanwhile, and back to back. The path is warm: V8 has compiled it. */
async function starts(bench: Bench, quick: boolean): Promise<Figure[]> {
  const echo = await startEcho();
  const figures: Figure[] = [];
  const [count, warming] = quick ? [40, 40] : [150, 400];
  const target = { at: 'most', value: 2, of: 'value' } as const;
  try {
    for (const [i, source] of eventSources.entries()) {
      const name = `source-${i}`;
      const starting = { bench, echo, name, count, call: await source.connect(bench, name) };
      const of = `${source.name} event to handler start`;
      await measureStarts('not counted', { ...starting, count: warming, pauseMs: 0 });
      figures.push(...(await measureStarts(`${of}, 10 ms apart`, { ...starting, before: warming, pauseMs: 10 }, target)));
      const last = { ...starting, before: warming + count, pauseMs: 0 };
      figures.push(...(await measureStarts(`${of}, back to back`, last, target)).slice(0, 1));
    }
  } finally {
    await echo.stop();
  }
  return figures;
}

/** The mapping is made first, so that draining alone is measured: from its first message to its last. */
async function drainedQueue(bench: Bench, count: number): Promise<Figure> {
  const { url: QueueUrl, arn: EventSourceArn } = await createQueue(bench, 'drained');
  await create(bench, 'drain-queue', { code: noOperation });
  const uuid = await createMapping(bench, { FunctionName: 'drain-queue', EventSourceArn, BatchSize: 10, Enabled: false });
  const Entries = Array.from({ length: 10 }, (_, Id) => ({ Id: String(Id), MessageBody: BODY }));
  await atATime(16, count / 10, () => answerOf(bench, jsonCall('sqs', 'SendMessageBatch', { QueueUrl, Entries })));
  return drained(bench, `a queue of ${count.toLocaleString('en-US')} messages, drained in tens`, { uuid, count });
}

async function drainedStream(bench: Bench, count: number): Promise<Figure> {
  const EventSourceArn = await createStream(bench, 'drained', 4);
  await create(bench, 'drain-stream', { code: noOperation });
  const position = { StartingPosition: 'TRIM_HORIZON', BatchSize: 10 } as const;
  const uuid = await createMapping(bench, { FunctionName: 'drain-stream', EventSourceArn, Enabled: false, ...position });
  await atATime(16, count / 100, (call) => fill(bench, call));
  return drained(bench, `a stream of ${count.toLocaleString('en-US')} records in 4 shards, drained in tens`, { uuid, count });
}

/** Puts a hundred records; shards take 1 MB a second, and what they did not take is put again. */
async function fill(bench: Bench, call: number): Promise<void> {
  const Data = Buffer.from(BODY).toString('base64');
  let Records = Array.from({ length: 100 }, (_, i) => ({ PartitionKey: `key-${call}-${i}`, Data }));
  while (Records.length > 0) {
    const put = jsonCall('kinesis', 'PutRecords', { StreamName: 'drained', Records });
    const answer = await answerOf<{ Records: readonly { ErrorCode?: string }[] }>(bench, put);
    Records = Records.filter((_, i) => answer.Records[i]!.ErrorCode !== undefined);
    if (Records.length > 0) await sleep(100);
  }
}

async function drained(
  bench: Bench,
  of: string,
  { uuid, count }: { readonly uuid: string; readonly count: number },
): Promise<Figure> {
  const delivered = async () => {
    const found = await control<{ books: { delivered: number } }>(bench.platform, 'GET', `/mappings/${uuid}`);
    return { at: performance.now(), count: found.books.delivered, found };
  };
  await bench.clients.lambda.updateEventSourceMapping({ UUID: uuid, Enabled: true });
  let first = await delivered();
  for (let now = first; ; now = await delivered()) {
    if (now.count === 0) first = now;
    if (now.count >= count) {
      const target = { at: 'least', value: 2000, of: 'value' } as const;
      return figure(of, (count * 1000) / (now.at - first.at), '/s', { target });
    }
    if (now.at - first.at > 60_000) throw new TypeError(`${of}: not in a minute: ${JSON.stringify(now.found)}`);
    await sleep(10);
  }
}

async function idleMappings(bench: Bench, quick: boolean): Promise<Figure[]> {
  const count = quick ? 100 : 1000;
  const ms = quick ? 5000 : 20_000;
  await create(bench, 'idle', { code: noOperation });
  await sleep(ms / 4);
  const before = await share(bench, ms / 2);
  await atATime(8, count, async (number) => {
    const { arn: EventSourceArn } = await createQueue(bench, `idle-${number}`);
    await createMapping(bench, { FunctionName: 'idle', EventSourceArn });
  });
  await sleep(ms / 4);
  const target = { at: 'most', value: 1, of: 'value' } as const;
  return [
    figure('CPU of the idle platform', before, '% of a core'),
    figure(`CPU with ${count.toLocaleString('en-US')} idle mappings`, await share(bench, ms), '% of a core', { target }),
  ];
}

/** What all of the platform's processes take of one core, in percent, when nobody asks for anything. */
async function share({ platform }: Bench, ms: number): Promise<number> {
  const belongs = familyOf(platform.pid, FIRST_UID);
  const before = cpuSeconds(belongs);
  await sleep(ms);
  return ((cpuSeconds(belongs) - before) / (ms / 1000)) * 100;
}
