import { FromStringShapeDeserializer, ToStringShapeSerializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { splitHeader } from '@smithy/core/serde';
import type { Bound } from './operation.ts';
import { serialization } from './validate.ts';

/** Builds the protocol's own refusal of a malformed scalar. */
export type Refuse = (schema: NormalizedSchema, text: string) => Error;

type Format = 'date-time' | 'http-date' | 'epoch';
const FORMATS = { 'date-time': 5, 'http-date': 6, epoch: 7 } as const;

/** How texts of headers, labels and queries become values and back; strict, so that `MaxItems=abc` is refused. */
export interface Scalars {
  read(schema: NormalizedSchema, text: string): unknown;
  readHeader(bound: Bound, text: string): unknown;
  write(schema: NormalizedSchema, value: unknown): string;
}

const NUMBER = /^\s*[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,4})?\s*$/;

/** refuse builds the protocol's own refusal of a malformed scalar. */
export function createScalars(bindings: boolean, format: Format, refuse: Refuse = refuseScalar): Scalars {
  const settings = { httpBindings: bindings, timestampFormat: { useTrait: true, default: FORMATS[format] } } as never;
  const reader = new FromStringShapeDeserializer(settings);
  const writer = new ToStringShapeSerializer(settings);
  const parse = (schema: NormalizedSchema, text: string): unknown => {
    try {
      return reader.read(schema as never, text);
    } catch {
      throw refuse(schema, text);
    }
  };
  const read = (schema: NormalizedSchema, text: string): unknown => {
    if (schema.isStringSchema()) return schema.getMergedTraits().mediaType ? parse(schema, text) : text;
    if (schema.isNumericSchema()) return numberOf(text) ?? raise(refuse(schema, text));
    if (schema.isBooleanSchema()) return booleanOf(text) ?? raise(refuse(schema, text));
    const value = parse(schema, text);
    if (value instanceof Date && Number.isNaN(value.getTime())) throw refuse(schema, text);
    return value;
  };
  return {
    read,
    readHeader(bound, text) {
      if (!bound.schema.isListSchema()) return read(bound.schema, text);
      const element = bound.schema.getValueSchema();
      const parts = element.isTimestampSchema() ? httpDates(text) : splitHeader(text);
      return parts.map((part) => read(element, part.trim()));
    },
    write(schema, value) {
      writer.write(schema as never, value);
      return writer.flush();
    },
  };
}

function raise(error: unknown): never {
  throw error;
}

function numberOf(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  return text === 'NaN' ? Number.NaN : text === 'Infinity' ? Infinity : text === '-Infinity' ? -Infinity : undefined;
}

function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** Dates carry a comma of their own. */
function httpDates(text: string): string[] {
  return text.includes('GMT') ? text.split(/(?<=GMT)\s*,/) : text.split(',');
}

function refuseScalar(schema: NormalizedSchema): Error {
  const name = schema.isNumericSchema()
    ? 'an Integer'
    : schema.isBooleanSchema()
      ? 'a Boolean'
      : schema.isTimestampSchema()
        ? 'a Date'
        : 'a Blob';
  return serialization(`STRING_VALUE can not be converted to ${name}`);
}
