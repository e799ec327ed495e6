import { type Called, requestOf } from './calls.ts';
import { cpuSeconds, type Echo, type Load, load, loadAndKeep } from './measure.ts';
import { BODY } from './service-calls.ts';
import { jsonCall, type Request, type Unsigned } from './signed.ts';

const IN_FLIGHT = 16;

/** One whose calls are measured: the platform, or a peer. */
export interface Side extends Called {
  /** Whether that is one of its processes. */
  readonly belongs: (pid: number) => boolean;
  /** Empty: it has no queues. */
  readonly queueUrl: string;
}

/** µs of CPU of all its processes for one of these calls, which take turns, at 16 in flight. Throws when one fails. */
export function costOf(side: Side, calls: readonly Unsigned[], seconds: number): Promise<number> {
  const requests = calls.map((call) => requestOf(side, call));
  return microsOf(side.belongs, () => loaded(requests, seconds));
}

/** What the same bytes cost a bare node:http server that answers with the body it got, in µs. */
export function bareCostOf(echo: Echo, called: Called, call: Unsigned): Promise<number> {
  const request = { ...requestOf(called, call), url: echo.url };
  return microsOf(
    (pid) => pid === echo.pid,
    () => loaded([request], 1),
  );
}

async function loaded(requests: readonly Request[], seconds: number): Promise<number> {
  return countOf(await load(requests, IN_FLIGHT, seconds), requests[0]!);
}

function countOf({ failed, requests }: Load, { method, headers }: Request): number {
  if (failed > 0) throw new TypeError(`${failed} of ${requests} calls of ${headers['x-amz-target'] ?? method} failed`);
  return requests;
}

/** µs of CPU of those processes for each of what work resolves to. */
async function microsOf(belongs: (pid: number) => boolean, work: () => Promise<number>): Promise<number> {
  const before = cpuSeconds(belongs);
  const count = await work();
  return ((cpuSeconds(belongs) - before) * 1e6) / count;
}

interface Received {
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
}

export function receiveOf(QueueUrl: string): Unsigned {
  return jsonCall('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 1 });
}

/**
 * A message received and deleted is two calls, and the second needs what the first answered: the handles are kept, the deletes signed
 * before they are sent. More is sent than is received, and more received than deleted, so that each finds its message: some peers receive at
 * less than half the rate at which they delete, and refuse to delete twice.
 */
export async function receivedAndDeleted(side: Side): Promise<{ readonly receive: number; readonly delete: number }> {
  const { belongs, queueUrl: QueueUrl } = side;
  const Entries = Array.from({ length: 10 }, (_, Id) => ({ Id: String(Id), MessageBody: BODY }));
  await loaded([requestOf(side, jsonCall('sqs', 'SendMessageBatch', { QueueUrl, Entries }))], 2);
  let answers: readonly string[] = [];
  const received = await microsOf(belongs, async () => {
    const receive = requestOf(side, receiveOf(QueueUrl));
    const found = await loadAndKeep([receive], IN_FLIGHT, 4);
    answers = found.answers;
    return countOf(found.load, receive);
  });
  const handles = answers.flatMap((answer) => (JSON.parse(answer) as Received).Messages ?? []);
  if (handles.length < answers.length) throw new TypeError('a receive found nothing');
  const deletes = handles.map(({ ReceiptHandle }) => jsonCall('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle }));
  return { receive: received, delete: await costOf(side, deletes, 1) };
}
