import type { NormalizedSchema } from '@smithy/core/schema';
import { type Codec, cborCodec } from './codecs.ts';

/**
 * CBOR as Kinesis's Java clients speak it (`application/x-amz-cbor-1.1`, spec/backends.md §5): as rpcv2's, but times are plain integers of
 * milliseconds. Times are changed in a walk of its own, which costs only those clients something.
 */
export const millisecondCborCodec: Codec = {
  async read(schema, bytes) {
    const fromNumber = (time: unknown) => (typeof time === 'number' ? new Date(time) : time);
    return withTimes(schema, await cborCodec.read(schema, bytes), fromNumber);
  },
  write: (schema, value) =>
    cborCodec.write(
      schema,
      withTimes(schema, value, (time) => (time instanceof Date ? time.getTime() : time)),
    ),
};

type Change = (time: unknown) => unknown;

/** A copy of a value in which each time was changed; what has no times in it stays itself. */
function withTimes(schema: NormalizedSchema, value: unknown, change: Change): unknown {
  if (value === undefined || value === null) return value;
  if (schema.isTimestampSchema()) return change(value);
  if (schema.isStructSchema()) return isObject(value) ? structWithTimes(schema, value, change) : value;
  if (schema.isListSchema() && Array.isArray(value)) {
    const item = schema.getValueSchema();
    return isPlain(item) ? value : value.map((each) => withTimes(item, each, change));
  }
  return value;
}

function structWithTimes(schema: NormalizedSchema, value: Record<string, unknown>, change: Change): Record<string, unknown> {
  const copy = { ...value };
  for (const [name, member] of schema.structIterator()) {
    if (copy[name] !== undefined && !isPlain(member)) copy[name] = withTimes(member, copy[name], change);
  }
  return copy;
}

const isPlain = (schema: NormalizedSchema) => !(schema.isTimestampSchema() || schema.isStructSchema() || schema.isListSchema());

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
