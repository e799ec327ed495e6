import type { Figure } from './figures.ts';
import { type Echo, startEcho } from './measure.ts';
import { type Bench, create, withBench } from './platform.ts';
import type { Unsigned } from './signed.ts';
import { measureStarts, starter } from './starts.ts';

const BODY = 'x'.repeat(1024);

interface Pace {
  readonly of: string;
  readonly memoryMiB: number;
  readonly count: number;
  readonly pauseMs: number;
  readonly asked: boolean;
}

/** From sending a signed PutObject of 1 KB to the start of the handler that its bucket notifies. */
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
      for (const pace of paces) figures.push(...(await atPace(bench, echo, pace)));
    } finally {
      await echo.stop();
    }
    return figures;
  });
}

async function atPace(bench: Bench, echo: Echo, { of, memoryMiB, count, pauseMs, asked }: Pace): Promise<Figure[]> {
  const name = `put-${memoryMiB}-${pauseMs}`;
  await notified(bench, name, memoryMiB);
  const target = asked ? ({ at: 'most', value: 2, of: 'value' } as const) : undefined;
  const starting = { bench, echo, name, count, pauseMs, call: (mark: string) => putOf(name, mark) };
  return measureStarts(`S3 put to handler start, ${of}`, starting, target);
}

/** PutObject of 1 KB. */
export function putOf(bucket: string, key: string): Unsigned {
  return { service: 's3', method: 'PUT', path: `/${bucket}/${key}`, body: BODY };
}

/** A bucket and a function of that name, the one notifying the other. */
export async function notified(bench: Bench, name: string, memoryMiB: number): Promise<void> {
  const { s3, lambda } = bench.clients;
  const LambdaFunctionArn = await create(bench, name, { code: starter, memoryMiB });
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
