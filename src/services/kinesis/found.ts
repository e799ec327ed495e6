import { type Failure, fail, type Reader, type Transaction } from '../../kernel/index.ts';
import { type OperationContext, type Place, parseArn, settingNotImplemented } from '../../model/index.ts';
import { type Consumer, consumers, type Shard, type Stream, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import type { Layout } from './layouts.ts';
import { parseShardId, shardIdOf } from './sequence-numbers.ts';

export interface StreamRef extends Place {
  readonly name: string;
}

interface Named {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly StreamId?: string | undefined;
}

export const arnOf = ({ account, region, name }: StreamRef): string => `arn:aws:kinesis:${region}:${account}:stream/${name}`;

export const invalidArgument = (text: string): Failure => fail('InvalidArgumentException', text);
export const limitExceeded = (text: string): Failure => fail('LimitExceededException', text);
export const inUse = (text: string): Failure => fail('ResourceInUseException', text);
export const notFound = (text: string): Failure => fail('ResourceNotFoundException', text);

/** The stream that an input names, by name in the caller's account or by ARN in any. Throws InvalidArgumentException. */
export function streamRef(input: Named, context: Place): StreamRef {
  if (input.StreamId !== undefined) throw settingNotImplemented('StreamId');
  const { StreamName, StreamARN } = input;
  if (StreamARN === undefined) {
    if (StreamName === undefined) throw invalidArgument('Either StreamName or StreamARN must be provided.');
    return { account: context.account, region: context.region, name: StreamName };
  }
  const ref = refOfArn(StreamARN);
  if (!ref) throw invalidArgument(`Invalid StreamARN ${StreamARN}.`);
  if (StreamName !== undefined && StreamName !== ref.name)
    throw invalidArgument(`StreamName ${StreamName} and StreamARN ${StreamARN} name different streams.`);
  return ref;
}

/** Of `…:stream/NAME`, or of a consumer's ARN below it; undefined when it is none of both. */
export function refOfArn(arn: string): StreamRef | undefined {
  const parts = parseArn(arn);
  if (parts?.service !== 'kinesis' || !parts.resource.startsWith('stream/')) return undefined;
  const [name] = parts.resource.slice('stream/'.length).split('/');
  return name ? { account: parts.account, region: parts.region, name } : undefined;
}

const keyOf = ({ account, region, name }: StreamRef): [string, string, string] => [account, region, name];

export function findStream(read: Reader, ref: StreamRef): Promise<Stream | undefined> {
  return read.get(streams, keyOf(ref));
}

/** Throws ResourceNotFoundException. */
export async function streamNamed(read: Reader, ref: StreamRef): Promise<Stream> {
  const stream = await findStream(read, ref);
  if (!stream) throw notFound(`Stream ${ref.name} under account ${ref.account} not found.`);
  return stream;
}

/** For inputs that say which of the streams of that name they mean, to the second. Throws ResourceNotFoundException. */
export function checkCreation({ name, account, created }: Stream, timestamp: Date | undefined): void {
  if (timestamp === undefined || Math.floor(created / 1000) === Math.floor(timestamp.getTime() / 1000)) return;
  throw notFound(`Stream ${name} under account ${account} not found.`);
}

export function deleteStreamRow(tx: Transaction, ref: StreamRef): Promise<boolean> {
  return tx.delete(streams, keyOf(ref));
}

export interface LaidOut {
  readonly stream: Stream;
  readonly layout: Layout;
}

/** A stream with its shards, of one moment; from memory where it can. Throws ResourceNotFoundException. */
export async function laidOut(deps: KinesisDeps, ref: StreamRef): Promise<LaidOut> {
  const stream = await streamNamed(deps.store.read, ref);
  const layout = deps.layouts.warm(stream);
  return layout ? { stream, layout } : deps.store.transact((tx) => laidOutIn(tx, deps, ref));
}

export async function laidOutIn(tx: Transaction, deps: KinesisDeps, ref: StreamRef): Promise<LaidOut> {
  const stream = await streamNamed(tx, ref);
  return { stream, layout: await deps.layouts.inside(tx, stream) };
}

/** A shard for reading from. Throws ResourceNotFoundException. */
export function shardToRead({ stream, layout }: LaidOut, shardId: string): Shard {
  const number = parseShardId(shardId);
  if (number === undefined) throw noShard(stream, shardId);
  const shard = layout.get(number);
  if (shard) return shard;
  throw notFound(`Shard ${shardIdOf(number)} in stream ${stream.name} under account ${stream.account} does not exist`);
}

/** An open shard for changing. Throws ResourceNotFoundException, InvalidArgumentException. */
export function shardToChange({ stream, layout }: LaidOut, shardId: string): Shard {
  const number = parseShardId(shardId);
  const shard = number === undefined ? undefined : layout.get(number);
  if (number === undefined || !shard) throw noShard(stream, number === undefined ? shardId : shardIdOf(number));
  if (shard.end === undefined) return shard;
  throw invalidArgument(
    `Shard ${shardIdOf(number)} in stream ${stream.name} under account ${stream.account} has already been merged or split, and thus is not eligible for merging or splitting.`,
  );
}

const noShard = (stream: Stream, shardId: string): Failure =>
  notFound(`Could not find shard ${shardId} in stream ${stream.name} under account ${stream.account}.`);

export const consumerArn = (stream: StreamRef, { name, created }: Consumer): string =>
  `${arnOf(stream)}/consumer/${name}:${Math.floor(created / 1000)}`;

/** A consumer by its ARN. Throws ResourceNotFoundException. */
export async function consumerOfArn(read: Reader, arn: string): Promise<{ stream: Stream; consumer: Consumer }> {
  const ref = refOfArn(arn);
  const name = /\/consumer\/([^:/]+):\d+$/.exec(arn)?.[1];
  const stream = ref && name !== undefined ? await findStream(read, ref) : undefined;
  const consumer = stream && (await read.get(consumers, [stream.id, name!]));
  if (stream && consumer && consumerArn(stream, consumer) === arn) return { stream, consumer };
  throw notFound(`Consumer ${arn} under account ${ref?.account ?? ''} not found.`);
}

/** The consumer that an input names, by its ARN or by stream and name. Throws ResourceNotFoundException, InvalidArgumentException. */
export async function consumerNamed(
  read: Reader,
  input: Pick<Named, 'StreamARN' | 'StreamId'> & { readonly ConsumerName?: string; readonly ConsumerARN?: string },
  context: OperationContext,
): Promise<{ stream: Stream; consumer: Consumer }> {
  if (input.ConsumerARN !== undefined) return consumerOfArn(read, input.ConsumerARN);
  const { ConsumerName: name } = input;
  if (name === undefined || input.StreamARN === undefined)
    throw invalidArgument('Either ConsumerARN, or StreamARN and ConsumerName must be provided.');
  const stream = await streamNamed(read, streamRef({ StreamARN: input.StreamARN, StreamId: input.StreamId }, context));
  const consumer = await read.get(consumers, [stream.id, name]);
  if (!consumer) throw notFound(`Consumer ${name} under stream ${input.StreamARN} not found for account ${stream.account}.`);
  return { stream, consumer };
}
