import { type Failure, fail } from '../kernel/index.ts';
import type { Operation } from './operation.ts';
import { UNSUPPORTED_SUM } from './payload-gate.ts';
import { type Violation, violations } from './validate.ts';

const MALFORMED = 'The XML you provided was not well-formed or did not validate against our published schema';
/** S3's own words for single members of headers and queries (spec/backends.md §2.2); any other is an InvalidArgument. */
const WORDS: Readonly<Record<string, readonly [code: string, text: string]>> = {
  storageClass: ['InvalidStorageClass', 'The storage class you specified is not valid'],
  checksumAlgorithm: ['InvalidRequest', UNSUPPORTED_SUM],
  encodingType: ['InvalidArgument', 'Invalid Encoding Method specified in Request'],
  metadataDirective: ['InvalidArgument', 'Unknown metadata directive.'],
  taggingDirective: ['InvalidArgument', 'Unknown tagging directive.'],
  serverSideEncryption: ['InvalidArgument', 'The encryption method specified is not supported'],
};

/** Checks an S3 input by types and constraints; S3 has no ValidationException: documents are MalformedXML, the rest InvalidArgument. */
export function checkS3(operation: Operation, input: Record<string, unknown>): void {
  const [first] = violations(operation, input);
  if (first) throw refusal(operation, first);
}

function refusal(operation: Operation, { path, text, value }: Violation): Failure {
  const all = [...operation.in.header, ...operation.in.query, ...operation.in.label];
  const bound = all.find(({ name }) => name.toLowerCase() === path.toLowerCase());
  if (!bound) return fail('MalformedXML', MALFORMED, { status: 400 });
  const fields = { ArgumentName: bound.spelled, ArgumentValue: value };
  if (bound.name === 'Key') return keyRefusal(text, value);
  const words = Object.hasOwn(WORDS, path) ? WORDS[path] : undefined;
  if (words) return fail(words[0], words[1], { status: 400, fields: words[0] === 'InvalidArgument' ? fields : {} });
  if (text === 'Member must not be null')
    return fail('InvalidRequest', `Missing required header for this request: ${bound.spelled}`, { status: 400 });
  return fail('InvalidArgument', 'Invalid Argument', { status: 400, fields });
}

function keyRefusal(text: string, key: unknown): Failure {
  if (!text.includes('less than')) return fail('InvalidArgument', 'Invalid Argument', { status: 400 });
  const fields = { Size: Buffer.byteLength(String(key)), MaxSizeAllowed: 1024 };
  return fail('KeyTooLongError', 'Your key is too long', { status: 400, fields });
}
