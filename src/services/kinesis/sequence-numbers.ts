import type { Position } from '../../kernel/index.ts';

/** A sequence number: 56 digits, `496`, the shard's number, and the position in its lane; so it grows along a shard and on to its children. */
const PREFIX = '496';
const SHARD_DIGITS = 10;
const POSITION_DIGITS = 11;
const FILL = '0'.repeat(56 - PREFIX.length - SHARD_DIGITS - POSITION_DIGITS);
const FORM = new RegExp(`^${PREFIX}(\\d{${SHARD_DIGITS}})${FILL}(\\d{${POSITION_DIGITS}})$`);

export function sequenceNumber(shard: number, position: Position): string {
  return PREFIX + String(shard).padStart(SHARD_DIGITS, '0') + FILL + String(position).padStart(POSITION_DIGITS, '0');
}

/** Undefined when it is none of ours. */
export function parseSequence(text: string): { readonly shard: number; readonly position: Position } | undefined {
  const found = FORM.exec(text);
  return found ? { shard: Number(found[1]), position: Number(found[2]) } : undefined;
}

const ID = 'shardId-';

export function shardIdOf(shard: number): string {
  return ID + String(shard).padStart(12, '0');
}

/** `shardId-000000000003`, or just `3`; undefined when it names no shard. */
export function parseShardId(text: string): number | undefined {
  const digits = text.startsWith(ID) ? text.slice(ID.length) : text;
  const shard = /^\d{1,12}$/.test(digits) ? Number(digits) : Number.NaN;
  return shard < 2 ** 31 ? shard : undefined;
}
