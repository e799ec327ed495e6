import { type Failure, fail, MIB } from '../kernel/index.ts';
import type { Match, ServiceName } from './contract.ts';

const GIB = 1024 * MIB;

/** Most bytes of a streamed S3 payload (spec/backends.md §2.9). */
export const LARGEST_OBJECT = 5 * GIB;
/** Most bytes of a query-protocol form; read before anybody is known, so small. */
export const LARGEST_FORM = 4 * MIB;

const INVOKE = 6_291_456;
const LAMBDA = 70_167_211;
const JSON_BODY = 16 * MIB;
const S3_DOCUMENT = 8 * MIB;
const OTHER_REST = 16 * MIB;

/** How Lambda's refusals call the operation. */
const INVOKE_NAMES: Readonly<Record<string, string>> = {
  Invoke: 'InvokeFunction',
  InvokeAsync: 'InvokeAsync',
  InvokeWithResponseStream: 'InvokeWithResponseStream',
};

/** Most bytes of a body that is read whole. */
export function bodyLimit({ service, operation, protocol }: Match): number {
  if (service === 'lambda') return operation in INVOKE_NAMES ? INVOKE : LAMBDA;
  if (service === 's3') return S3_DOCUMENT;
  if (protocol === 'awsQuery') return LARGEST_FORM;
  return protocol === 'restJson1' ? OTHER_REST : JSON_BODY;
}

/** The refusal of a body beyond its limit, in the service's own words (spec/invoke.md §2, spec/lambda-api.md §4.5). */
export function tooLarge(match: Match): Failure {
  const limit = bodyLimit(match);
  if (match.service === 'lambda') {
    const name = INVOKE_NAMES[match.operation] ?? match.operation;
    return fail('RequestEntityTooLargeException', `Request must be smaller than ${limit} bytes for the ${name} operation`, {
      status: 413,
    });
  }
  if (match.service === 's3') return fail('MaxMessageLengthExceeded', 'Your request was too big.', { status: 400 });
  return formTooLarge(match.service, limit);
}

export function formTooLarge(service: ServiceName | undefined, limit: number): Failure {
  const json = service !== undefined && service !== 'iam' && service !== 'sts';
  return fail(json ? 'RequestEntityTooLargeException' : 'RequestEntityTooLarge', `Request must be smaller than ${limit} bytes`, {
    status: 413,
  });
}
