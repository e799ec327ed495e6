import { EncodedJson, type Failure } from '../kernel/index.ts';
import { wholeBody } from './body.ts';
import type { ProtocolName } from './catalogue.ts';
import { awsJsonCodec, cborCodec } from './codecs.ts';
import { isCompressed, uncompressed } from './compressed.ts';
import type { ServiceName } from './contract.ts';
import { eventResponse } from './event-stream.ts';
import { type Told, tell } from './failures.ts';
import { bodyLimit, tooLarge } from './limits.ts';
import { millisecondCborCodec } from './millisecond-cbor.ts';
import { noTrailers, type Protocol } from './protocol.ts';
import { type ErrorShape, serviceModel } from './service-model.ts';

/** Of these clients expect shape ids with their namespace (spec/backends.md §1.3); the others write the short name. */
const NAMESPACES: Partial<Record<ServiceName, string>> = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810',
  dynamodbstreams: 'com.amazonaws.dynamodb.v20120810',
  sqs: 'com.amazonaws.sqs',
  monitoring: 'com.amazonaws.cloudwatch',
};
const CORAL: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate',
  SerializationException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
};

const CONTENT_TYPES = {
  awsJson1_0: 'application/x-amz-json-1.0',
  awsJson1_1: 'application/x-amz-json-1.1',
  rpcv2Cbor: 'application/cbor',
  awsCbor1_1: 'application/x-amz-cbor-1.1',
} as const;

export type RpcName = keyof typeof CONTENT_TYPES;

/** awsJson 1.0 and 1.1 (spec/backends.md §1.3), its CBOR variant (§5) and rpcv2 CBOR (§1.6): one object in, one object out. */
export function createRpc(service: ServiceName, name: RpcName): Protocol {
  const codec = CODECS[name];
  const headersFor = (requestId: string): Record<string, string> => ({
    'content-type': CONTENT_TYPES[name],
    ...(name === 'rpcv2Cbor' ? { 'smithy-protocol': 'rpc-v2-cbor' } : {}),
    'x-amzn-requestid': requestId,
  });
  return {
    async decode(request, match, operation) {
      const sent = await wholeBody(request, match);
      const bytes = isCompressed(request) ? await uncompressed(sent, bodyLimit(match), () => tooLarge(match)) : sent;
      if (bytes.length === 0 || operation.input.isUnitSchema()) return { input: {}, trailers: noTrailers };
      const input = (await codec.read(operation.input, bytes)) ?? {};
      return { input: input as Record<string, unknown>, trailers: noTrailers };
    },
    encode(output, answering) {
      const { operation, requestId } = answering;
      const headers = headersFor(requestId);
      if (output instanceof EncodedJson) return { status: 200, headers, body: output.bytes };
      if (operation.outEvents !== '')
        return eventResponse(output, answering, { codec, contentType: CONTENT_TYPES[name], headers });
      if (!operation.output.isUnitSchema()) return { status: 200, headers, body: codec.write(operation.output, output) };
      if (name !== 'rpcv2Cbor') return { status: 200, headers, body: name === 'awsCbor1_1' ? EMPTY_MAP : '{}' };
      delete headers['content-type'];
      return { status: 200, headers };
    },
    encodeError(failure, { requestId }) {
      const told = tell(failure, service, name);
      const headers = headersFor(requestId);
      if (serviceModel(service).queryCompatible) headers['x-amzn-query-error'] = queryError(failure, told, service);
      const body = errorBody(failure, told, service, name);
      return {
        status: told.status,
        headers,
        body: codec === awsJsonCodec ? JSON.stringify(body) : cborCodec.write(DOCUMENT as never, body),
      };
    },
  };
}

const DOCUMENT = 15;
const EMPTY_MAP = Buffer.from([0xa0]);
const CODECS = {
  awsJson1_0: awsJsonCodec,
  awsJson1_1: awsJsonCodec,
  rpcv2Cbor: cborCodec,
  awsCbor1_1: millisecondCborCodec,
} as const;

function queryError(failure: Failure, told: Told, service: ServiceName): string {
  const query = tell(failure, service, 'awsQuery');
  return `${told.shape?.query.code ?? query.code};${told.status >= 500 ? 'Receiver' : 'Sender'}`;
}

function errorBody(failure: Failure, told: Told, service: ServiceName, protocol: ProtocolName): Record<string, unknown> {
  const type = typeOf(told, service, protocol);
  const { shape } = told;
  if (!shape) return { __type: type, message: told.message };
  return { __type: type, [shape.messageMember ?? 'message']: told.message, ...members(failure, shape) };
}

/** The shape's own members, as its codec writes them. */
function members(failure: Failure, shape: ErrorShape): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (const [name] of shape.schema.structIterator()) {
    if (name !== shape.messageMember && failure.fields[name] !== undefined) own[name] = failure.fields[name];
  }
  if (Object.keys(own).length === 0) return own;
  return JSON.parse(Buffer.from(awsJsonCodec.write(shape.schema, own)).toString()) as Record<string, unknown>;
}

function typeOf({ code, shape }: Told, service: ServiceName, protocol: ProtocolName): string {
  if (protocol === 'rpcv2Cbor') return `${shape?.namespace ?? 'com.amazonaws.cloudwatch'}#${code}`;
  const namespace = NAMESPACES[service];
  if (!namespace) return code;
  if (shape) return `${namespace}#${code}`;
  return `${CORAL[code] ?? 'com.amazon.coral.service'}#${code}`;
}
