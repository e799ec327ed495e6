import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { fail } from '../../kernel/index.ts';
import type { PutAttribute } from '../../model/index.ts';
import { invalidValue } from './refusals.ts';

type Given = Readonly<Record<string, MessageAttributeValue>>;

/**
 * Checks message attributes (spec/backends.md §7); at names their place in the request: `messageAttributes`. Throws ParameterValueInvalid
 * with SNS's texts, ValidationError.
 */
export function readMessageAttributes(given: Given | undefined, at = 'messageAttributes'): Record<string, PutAttribute> {
  const entries = Object.entries(given ?? {}).map(([name, attribute]) => {
    checkName(name);
    return [name, readAttribute(name, attribute, at)] as const;
  });
  return Object.fromEntries(entries); // an attribute may be named __proto__
}

function checkName(name: string): void {
  if (name.length > 256) throw invalidValue('Length of message attribute name must be less than 256 bytes.');
  if (name.startsWith('.')) throw invalidValue("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.')) throw invalidValue("Invalid message attribute name ending with character '.' was found.");
  const [stranger] = /[^A-Za-z0-9_.-]/.exec(name) ?? [];
  if (stranger !== undefined || name === '') {
    const code = `#x${(stranger ?? '').charCodeAt(0).toString(16).toUpperCase()}`;
    throw invalidValue(
      `Invalid non-alphanumeric character '${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  }
  if (name.includes('..')) throw invalidValue("Message attribute name can not have successive '.' character.");
}

function readAttribute(
  name: string,
  { DataType: type, StringValue, BinaryValue }: MessageAttributeValue,
  at: string,
): PutAttribute {
  if (type === undefined) {
    const path = `${at}.${name}.member.dataType`;
    throw fail(
      'ValidationError',
      `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
    );
  }
  if (!/^(String|Number|Binary)(\..+)?$/.test(type))
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const empty = `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`;
  if (StringValue === undefined && BinaryValue === undefined) throw invalidValue(empty);
  const kind = type.startsWith('Binary') ? 'Binary' : 'String';
  const value = kind === 'Binary' ? BinaryValue && Buffer.from(BinaryValue).toString('base64') : StringValue;
  if (value === undefined) throw invalidValue(`The message attribute '${name}' with type '${type}' must use field '${kind}'.`);
  if (value === '') throw invalidValue(empty);
  if (type.startsWith('Number') && (value.trim() === '' || !Number.isFinite(Number(value))))
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  return { type, value };
}
