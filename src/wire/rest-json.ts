import type { Failure } from '../kernel/index.ts';
import { restJsonCodec } from './codecs.ts';
import type { ServiceName } from './contract.ts';
import { tell } from './failures.ts';
import { subset } from './operation.ts';
import type { Protocol } from './protocol.ts';
import { decodeRest, encodeRest, type RestKind } from './rest.ts';
import { createScalars } from './scalars.ts';
import type { ErrorShape } from './service-model.ts';

const scalars = createScalars(true, 'epoch');
const kind: RestKind = { contentType: 'application/json', codec: restJsonCodec, scalars, prologue: '', empty: '{}' };

/** Front-end refusals whose text Lambda spells `Message` (spec/lambda-api.md §1.1). */
const UPPER = new Set(['AccessDeniedException']);

/** The protocol of Lambda, Scheduler and API Gateway (spec/backends.md §1.6). */
export function createRestJson(service: ServiceName): Protocol {
  return {
    decode: (request, match, operation) => decodeRest(kind, request, match, operation),
    encode(output, { operation, requestId }) {
      const response = encodeRest(kind, output, operation);
      response.headers['x-amzn-requestid'] = requestId;
      return response;
    },
    encodeError(failure, { requestId }) {
      const { code, message, status, shape } = tell(failure, service, 'restJson1');
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'x-amzn-errortype': code,
        'x-amzn-requestid': requestId,
      };
      if (!shape) return { status, headers, body: JSON.stringify({ [UPPER.has(code) ? 'Message' : 'message']: message }) };
      return { status, headers, body: shaped(service, failure, shape, headers) };
    },
  };
}

/** An error by its shape: members bound to headers go there; Lambda's Type is filled in unless the failure says otherwise (null leaves it out). */
function shaped(service: ServiceName, failure: Failure, shape: ErrorShape, headers: Record<string, string>): Uint8Array | string {
  const members: Record<string, unknown> = { ...failure.fields };
  const inBody = new Set<string>();
  for (const [name, member] of shape.schema.structIterator()) {
    if (name === 'Type' && service === 'lambda' && !('Type' in members)) members.Type = shape.status >= 500 ? 'Service' : 'User';
    if (name === shape.messageMember) members[name] = failure.message;
    if (members[name] === null) delete members[name];
    const header = member.getMergedTraits().httpHeader as string | undefined;
    if (!header) inBody.add(name);
    else if (members[name] !== undefined) headers[header.toLowerCase()] = scalars.write(member, members[name]);
  }
  return restJsonCodec.write(
    subset(shape.schema, (name) => inBody.has(name)),
    members,
  );
}
