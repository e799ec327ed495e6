import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { LetterAttribute } from './message.ts';
import { invalidParameter } from './refusals.ts';

const MOST = 10;

interface Read {
  /** Undefined when there are none. */
  readonly attributes?: Readonly<Record<string, LetterAttribute>>;
  /** Bytes that they add to the message: names, types and values. */
  readonly size: number;
}

const NONE: Read = { size: 0 };

/** Checks message attributes (spec/backends.md §6.3). Throws InvalidParameterValue. */
export function readAttributes(given: Readonly<Record<string, MessageAttributeValue>> | undefined): Read {
  if (!given) return NONE;
  const entries = Object.entries(given);
  if (entries.length === 0) return NONE;
  if (entries.length > MOST)
    throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [${MOST}].`);
  const attributes: Record<string, LetterAttribute> = {};
  let size = 0;
  for (const [name, value] of entries) {
    checkName(name);
    const read = readAttribute(name, value);
    Object.defineProperty(attributes, name, { value: read.attribute, enumerable: true });
    size += Buffer.byteLength(name) + Buffer.byteLength(read.attribute.type) + read.size;
  }
  return { attributes, size };
}

function checkName(name: string): void {
  if (name === '' || name.length > 256)
    throw invalidParameter('Length of message attribute name must be between 1 and 256 bytes.');
  if (!/^[\w.-]+$/.test(name))
    throw invalidParameter(
      `Invalid non-alphanumeric character was found in the message attribute name '${name}'. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  if (name.startsWith('.') || name.endsWith('.') || name.includes('..'))
    throw invalidParameter(
      `Invalid message attribute name '${name}': it must not start or end with a dot, or have dots in succession.`,
    );
  if (/^(aws|amazon)\./i.test(name))
    throw invalidParameter(`Message attribute name '${name}' starts with a reserved prefix: AWS. and Amazon. cannot be used.`);
}

function readAttribute(name: string, value: MessageAttributeValue): { attribute: LetterAttribute; size: number } {
  const type = value.DataType ?? '';
  const kind = /^(String|Number|Binary)(\.|$)/.exec(type)?.[1];
  if (type === '') throw invalidParameter(`The message attribute '${name}' must contain a non-empty message attribute type.`);
  if (!kind)
    throw invalidParameter(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  if (type.length > 256) throw invalidParameter(`Length of message attribute type must be less than 256 bytes.`);
  if (value.StringListValues?.length || value.BinaryListValues?.length)
    throw invalidParameter('Message attribute list values in SendMessage operation are not supported.');
  if (kind === 'Binary') {
    const bytes = value.BinaryValue;
    if (!bytes || bytes.length === 0) throw emptyValue(name, 'Binary');
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    return { attribute: { type, value: text }, size: bytes.length };
  }
  const text = value.StringValue;
  if (!text) throw emptyValue(name, 'String');
  if (kind === 'Number' && !isNumber(text))
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  return { attribute: { type, value: text }, size: Buffer.byteLength(text) };
}

function emptyValue(name: string, type: string) {
  return invalidParameter(`The message attribute '${name}' must contain a non-empty value of type '${type}'.`);
}

/** Numbers have up to 38 digits, between 10^-128 and 10^126. */
function isNumber(text: string): boolean {
  const parts = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!parts || `${parts[1]}${parts[2] ?? ''}` === '') return false;
  const digits = `${parts[1]}${parts[2] ?? ''}`.replace(/^0+/, '').replace(/0+$/, '');
  return digits.length <= 38 && (digits === '' || (Math.abs(Number(text)) <= 1e126 && Math.abs(Number(text)) >= 1e-128));
}
