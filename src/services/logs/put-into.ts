import { platformFailure, type Reader } from '../../kernel/index.ts';
import {
  createReadLines,
  EVENT_OVERHEAD,
  encodeChunk,
  type LogGroup,
  logChunks,
  logGroups,
  logStreams,
  logTopic,
  newStream,
  type PutCaller,
  type PutInto,
  parseArn,
  worthReading,
} from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { nameOfArn } from './found.ts';

const LARGEST = 1_048_576;

/**
 * Log groups as targets of rules: a line for each event, in a stream named after the rule. There are no resource policies of logs here, so
 * a group takes what comes from its own account, and nothing else.
 */
export function putIntoLogGroup({ recordMetrics }: Pick<LogsDeps, 'recordMetrics'>): PutInto {
  const readLines = createReadLines();
  return async (tx, arn, item) => {
    const group = await groupOf(tx, arn);
    if (!group) throw platformFailure('TargetMissing', arn);
    if (accountOf(item.caller) !== group.account) throw platformFailure('TargetRefused', arn);
    if (Buffer.byteLength(item.body) + EVENT_OVERHEAD > LARGEST) throw platformFailure('TargetInvalid', 'the event is too large');
    const { time, id } = item;
    const name = streamName(item.caller);
    const stream =
      (await tx.get(logStreams, [group.id, name])) ?? newStream(group.id, name, id.replaceAll('-', '').slice(0, 16), time);
    const key = { group: group.id, stream: stream.id, first: time };
    let seq = time * 1024 + 1;
    while (await tx.get(logChunks, [key.group, key.stream, key.first, seq])) seq += 2;
    const data = encodeChunk([time], [item.body.length], item.body);
    await tx.put(logChunks, { ...key, seq, last: time, ingested: time, data });
    const { firstEvent = time, lastEvent } = stream;
    const span = { firstEvent: Math.min(firstEvent, time), lastEvent: Math.max(lastEvent, time) };
    await tx.put(logStreams, { ...stream, ...span, lastIngestion: time });
    if (!worthReading(group, item.body)) return;
    const event = { time, text: item.body, ingested: time, stream: stream.id, first: time, seq, index: 0 };
    const told = readLines({ group, stream: name, events: [event], now: time, cause: item.cause });
    for (const one of told.events) await tx.append(logTopic.name, 0, one);
    if (told.metrics.length > 0) await recordMetrics?.(tx, told.metrics, time);
  };
}

/** Whether a log group is there, by its ARN. */
export async function logGroupExists(from: Reader, arn: string): Promise<boolean> {
  return (await groupOf(from, arn)) !== undefined;
}

function groupOf(from: Reader, arn: string): Promise<LogGroup | undefined> {
  const { account = '', region = '' } = parseArn(arn) ?? {};
  return from.get(logGroups, [account, region, nameOfArn(arn)]);
}

function accountOf(caller: PutCaller): string {
  return 'role' in caller ? (parseArn(caller.role)?.account ?? '') : caller.sourceAccount;
}

/** `rule/bus/name` of a rule's ARN; streams' names have no colons. */
function streamName(caller: PutCaller): string {
  const resource = 'role' in caller ? undefined : parseArn(caller.sourceArn)?.resource;
  return (resource ?? 'events').replace(/[:*]/g, '-').slice(0, 512);
}
