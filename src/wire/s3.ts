import { fail } from '../kernel/index.ts';
import { xmlCodec } from './codecs.ts';
import type { WireResponse } from './contract.ts';
import { tell } from './failures.ts';
import { escapeXml, type Protocol } from './protocol.ts';
import { decodeRest, encodeRest, type RestKind } from './rest.ts';
import { createScalars } from './scalars.ts';
import { serviceModel } from './service-model.ts';

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** The texts of S3's refusals of malformed numbers. */
const malformedScalar = (schema: { getMemberName(): string | undefined }, text: string) => {
  const name = schema.getMemberName() ?? 'argument';
  const fields = { ArgumentName: kebab(name), ArgumentValue: text.slice(0, 128) };
  if (name === 'PartNumber')
    return fail('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', { fields });
  return fail('InvalidArgument', `Provided ${kebab(name)} not an integer or within integer range`, { fields });
};

const kebab = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();

/** S3's protocol: restXml with its own headers and error documents (spec/backends.md §2.2). */
export function createS3(): Protocol {
  const model = serviceModel('s3');
  const kind: RestKind = {
    contentType: 'application/xml',
    codec: xmlCodec(model.namespace, model.xmlNamespace, true),
    scalars: createScalars(true, 'http-date', malformedScalar as never),
    prologue: PROLOGUE,
    empty: '',
  };
  return {
    decode: (request, match, operation) => decodeRest(kind, request, match, operation),
    encode(output, { operation, requestId }) {
      const response =
        operation.name === 'GetBucketLocation' ? location(output, model.xmlNamespace!) : encodeRest(kind, output, operation);
      const partial = response.headers['content-range'] !== undefined;
      return identified(partial ? { ...response, status: 206 } : response, requestId);
    },
    encodeError(failure, { requestId }, request) {
      const { code, message, status } = tell(failure, 's3', 'restXml');
      if (request.method === 'HEAD' || status === 304) return identified({ status, headers: {} }, requestId);
      const extras = Object.entries(failure.fields)
        .filter(([name, value]) => value !== undefined && value !== null && /^[A-Za-z][\w-]*$/.test(name) && name !== 'queryCode')
        .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
      const ids = `<RequestId>${escapeXml(requestId)}</RequestId><HostId>${hostId(requestId)}</HostId>`;
      const body = `${PROLOGUE}<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>${extras.join('')}${ids}</Error>`;
      return identified({ status, headers: { 'content-type': 'application/xml' }, body }, requestId);
    },
  };
}

/** The one document whose root is the value itself. */
function location(output: Record<string, unknown>, namespace: string): WireResponse {
  const value = output.LocationConstraint;
  const text = value === undefined || value === null || value === '' ? '/>' : `>${escapeXml(value)}</LocationConstraint>`;
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `${PROLOGUE}<LocationConstraint xmlns="${namespace}"${text}`,
  };
}

function identified(response: WireResponse, requestId: string): WireResponse {
  response.headers['x-amz-request-id'] = requestId;
  response.headers['x-amz-id-2'] = hostId(requestId);
  return response;
}

/** Clients only show it; it says the request id once more. */
function hostId(requestId: string): string {
  return Buffer.from(`dalamb/${requestId}`, 'utf8').toString('base64');
}
