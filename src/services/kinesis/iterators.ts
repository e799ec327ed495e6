import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Failure, fail, type Position } from '../../kernel/index.ts';
import type { Stream } from './collections.ts';
import { invalidArgument, type StreamRef } from './found.ts';

const LIFE_MS = 300_000;
const MAC_BYTES = 16;

/** Where a reader stands in a shard. */
export interface Place {
  readonly shard: number;
  readonly position: Position;
}

/** What an iterator says before anybody looks whether it is ours. */
export interface Claimed extends StreamRef, Place {
  /** Epoch ms. */
  readonly issued: number;
  readonly mac: Buffer;
}

/** Opaque text for five minutes, sealed with the stream's secret id: of a stream that was deleted and made again it is worth nothing. */
export function sealIterator(stream: Stream, { shard, position }: Place, now: number): string {
  const text = [now, stream.account, stream.region, stream.name, shard, position].join('/');
  return Buffer.concat([macOf(stream.id, text), Buffer.from(text)]).toString('base64url');
}

/** Reads an iterator, so that its stream can be looked up. Throws InvalidArgumentException. */
export function claimOf(iterator: string): Claimed {
  const bytes = Buffer.from(iterator, 'base64url');
  const [issued, account, region, name, shard, position, ...rest] = bytes.subarray(MAC_BYTES).toString().split('/');
  if (rest.length > 0 || !account || !region || !name || position === undefined || bytes.toString('base64url') !== iterator)
    throw invalidIterator();
  const mac = bytes.subarray(0, MAC_BYTES);
  return { mac, issued: Number(issued), account, region, name, shard: Number(shard), position: Number(position) };
}

/** Throws InvalidArgumentException when the stream did not seal it, ExpiredIteratorException when it is older than 5 minutes. */
export function checkClaim(claim: Claimed, stream: Stream, now: number): void {
  const { issued, account, region, name, shard, position } = claim;
  const mac = macOf(stream.id, [issued, account, region, name, shard, position].join('/'));
  if (!timingSafeEqual(mac, claim.mac)) throw invalidIterator();
  if (now - issued <= LIFE_MS) return;
  throw fail(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${dateOf(issued)} while right now it is ${dateOf(now)} which is further in the future than the tolerated delay of ${LIFE_MS} milliseconds.`,
  );
}

const invalidIterator = (): Failure => invalidArgument('Invalid ShardIterator.');

function macOf(secret: string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest().subarray(0, MAC_BYTES);
}

/** `Thu Jan 22 01:22:02 UTC 2015`. */
function dateOf(time: number): string {
  const [weekday, day, month, year, clock] = new Date(time).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${clock} UTC ${year}`;
}
