import { type Failure, fail } from '../kernel/index.ts';
import { formBody } from './body.ts';
import type { ProtocolName } from './catalogue.ts';
import { claimOf } from './claim.ts';
import type { Decoded, Match, Signature, Wire, WireRequest, WireResponse } from './contract.ts';
import { forms } from './forms.ts';
import { oldSignature } from './old-signatures.ts';
import { type Operation, operationOf } from './operation.ts';
import { knownOperation, protocolOf, readInput } from './protocols.ts';
import { operationInPath, type Recognised, recognise } from './recognise.ts';
import { knownState, type RequestState, stateOf } from './request-state.ts';
import { routeRest } from './rest-router.ts';
import { checkS3 } from './s3-arguments.ts';
import { serviceModel } from './service-model.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';

/**
 * The AWS wire of all services in the catalogue; models load at a service's first use. Stateless but for caches.
 * An Invoke of 1 KB costs about 10 µs of CPU from signature to encode, 3 of them cryptography (bench/wire.ts).
 */
export function createWire(): Wire {
  return {
    signature,
    match,
    verify,
    decode,
    encode,
    encodeError,
    forms,
    operations: (service) => serviceModel(service).operationNames,
  };
}

const ANONYMOUS: Signature = { kind: 'anonymous' };

function signature(request: WireRequest): Signature {
  const claim = claimOf(request);
  if (!claim) return oldSignature(request) ?? ANONYMOUS;
  const { accessKeyId, sessionToken, service, region, presigned } = claim;
  return { kind: 'signed', accessKeyId, sessionToken, service, region, presigned };
}

function match(request: WireRequest): Match | Promise<Match> {
  const state = stateOf(request);
  return mayBeForm(request, state) ? formBody(request).then(() => matched(request, state)) : matched(request, state);
}

function matched(request: WireRequest, state: RequestState): Match {
  const recognised = recognise(request);
  const { service, protocol, region } = recognised;
  const operation = find(recognised, request, state);
  if (!operation) throw unknownOperation(recognised, request, state);
  return { service, protocol, region, operation: operation.name };
}

/** Only forms that some query service may mean; `curl -d` calls everything a form. */
function mayBeForm({ method, headers }: WireRequest, { path, bytes }: RequestState): boolean {
  if (method !== 'POST' || bytes || headers['x-amz-target'] !== undefined) return false;
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return false;
  return path === '/' || /^\/(?:queue\/[a-z0-9-]+\/)?\d{12}\/[\w-]{1,80}(?:\.fifo)?\/?$/.test(path);
}

function find(recognised: Recognised, request: WireRequest, state: RequestState): Operation | undefined {
  const { service, protocol, bucket } = recognised;
  if (protocol === 'restJson1' || protocol === 'restXml') {
    const path = bucket === undefined ? state.path : `/${bucket}${state.path}`;
    const routed = routeRest(service, { method: request.method, path, query: state.query, headers: request.headers });
    state.labels = routed?.labels;
    return routed?.operation;
  }
  const name = namedOperation(protocol, request, state);
  return name === undefined ? undefined : operationOf(service, name);
}

function namedOperation(protocol: ProtocolName, { headers, method }: WireRequest, state: RequestState): string | undefined {
  if (protocol === 'awsQuery') return (state.form ?? state.query).get('Action') ?? undefined;
  if (method !== 'POST') return undefined;
  if (protocol === 'rpcv2Cbor') return operationInPath(state.path);
  const target = headers['x-amz-target'];
  return target?.slice(target.lastIndexOf('.') + 1);
}

/** In each protocol's words (spec/backends.md §1.6). The failure carries the match it lacks, so that encodeError can answer in kind. */
function unknownOperation({ service, protocol, region }: Recognised, request: WireRequest, state: RequestState): Failure {
  const name = namedOperation(protocol, request, state);
  const failure = unknownFailure(protocol, name, request);
  state.unmatched = { service, protocol, region, operation: '' };
  return failure;
}

function unknownFailure(protocol: ProtocolName, name: string | undefined, { method, url }: WireRequest): Failure {
  if (protocol === 'awsQuery') {
    if (name === undefined) return fail('MissingAction', 'The request must contain the parameter Action.', { status: 400 });
    return fail('InvalidAction', `The action ${name.slice(0, 128)} is not valid for this web service.`, { status: 400 });
  }
  if (protocol === 'restXml') {
    const text = 'The specified method is not allowed against this resource.';
    return fail('MethodNotAllowed', text, {
      status: 405,
      fields: { Method: method, ResourceType: /^\/[^/?]+\/[^?]/.test(url) ? 'OBJECT' : 'BUCKET' },
    });
  }
  if (protocol === 'restJson1')
    return fail('UnknownOperationException', 'Unable to determine service/operation name to be authorized', { status: 404 });
  return fail('UnknownOperationException', '', { status: name === undefined ? 404 : 400 });
}

function decode(request: WireRequest, match: Match): Decoded | Promise<Decoded> {
  const operation = knownOperation(match);
  const decoded = readInput(request, match, operation);
  return decoded instanceof Promise
    ? decoded.then((read) => checked(read, match, operation))
    : checked(decoded, match, operation);
}

function checked(decoded: Decoded, match: Match, operation: Operation): Decoded {
  if (match.service === 's3') checkS3(operation, decoded.input);
  else validate(operation, decoded.input);
  return decoded;
}

function encode(match: Match, output: Record<string, unknown>, requestId: string): WireResponse {
  const operation = knownOperation(match);
  if (operation.outEvents !== '' && match.protocol.startsWith('rest')) throw eventStreams(match);
  return protocolOf(match).encode(output ?? {}, { match, operation, requestId });
}

function eventStreams(match: Match): Failure {
  return fail('NotImplemented', `${match.service} ${match.operation} answers with an event stream, which is not implemented`, {
    status: 501,
  });
}

function encodeError(match: Match | undefined, failure: Failure, requestId: string, request: WireRequest): WireResponse {
  const answered = match ?? knownState(request)?.unmatched ?? guess(request);
  const operation = answered.operation === '' ? undefined : operationOf(answered.service, answered.operation);
  const response = protocolOf(answered).encodeError(failure, { match: answered, operation, requestId }, request);
  for (const [name, value] of Object.entries(failure.headers)) response.headers[name.toLowerCase()] = value;
  if (request.method === 'HEAD') delete (response as { body?: unknown }).body;
  return response;
}

/** For a request that could not even be matched: the service as far as it can be told, else S3, whose answers all can read. */
function guess(request: WireRequest): Match {
  try {
    const { service, protocol, region } = recognise(request);
    return { service, protocol, region, operation: '' };
  } catch {
    const target = request.headers['x-amz-target'];
    if (target !== undefined) return { service: 'logs', protocol: 'awsJson1_1', region: 'us-east-1', operation: '' };
    const { path } = safeState(request);
    const lambda = /^\/20\d\d-\d\d-\d\d\//.test(path);
    return { service: lambda ? 'lambda' : 's3', protocol: lambda ? 'restJson1' : 'restXml', region: 'us-east-1', operation: '' };
  }
}

function safeState(request: WireRequest): { path: string } {
  return { path: request.url.slice(0, 1024) };
}
