import { fail } from '../kernel/index.ts';
import { byHost, bySigningName, byTarget, byVersion, catalogue, type ProtocolName } from './catalogue.ts';
import { claimOf } from './claim.ts';
import type { ServiceName, WireRequest } from './contract.ts';
import { type RequestState, stateOf } from './request-state.ts';

export interface Recognised {
  readonly service: ServiceName;
  readonly protocol: ProtocolName;
  readonly region: string;
  /** The bucket, when the host names it. */
  readonly bucket?: string;
}

const DEFAULT_REGION = 'us-east-1';
const CBOR = 'application/x-amz-cbor-1.1';
const RPC_PATH = /^\/service\/([^/]+)\/operation\/([^/]+)$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * Which service a request means (spec/backends.md §1.1): signing scope, X-Amz-Target, rpcv2 path, Action and Version, host, path; the first
 * that says something wins. Reads nothing of the body but a form, which the caller has read already.
 */
export function recognise(request: WireRequest): Recognised {
  const state = stateOf(request);
  const claim = claimOf(request);
  const host = hostParts(request.headers.host ?? '');
  const region = claim?.region ?? host.region ?? DEFAULT_REGION;
  const service =
    (claim && scoped(claim.service, request)) ??
    targeted(request) ??
    rpc(state) ??
    versioned(state) ??
    linked(request, state) ??
    host.service ??
    shaped(state.path);
  const bucket = service === 's3' ? host.bucket : undefined;
  return { service, protocol: protocolOf(service, request, state), region, bucket };
}

function scoped(signing: string, request: WireRequest): ServiceName | undefined {
  const service = bySigningName.get(signing);
  if (service === 'dynamodb') return targeted(request) === 'dynamodbstreams' ? 'dynamodbstreams' : 'dynamodb';
  if (service === undefined && signing !== '') {
    throw fail('UnknownOperationException', `The service ${signing.slice(0, 64)} is not offered here.`, { status: 404 });
  }
  return service;
}

function targeted({ headers }: WireRequest): ServiceName | undefined {
  const target = headers['x-amz-target'];
  return target === undefined ? undefined : byTarget.get(target.slice(0, target.lastIndexOf('.')));
}

function rpc({ path }: RequestState): ServiceName | undefined {
  if (!path.startsWith('/service/')) return undefined;
  const parts = RPC_PATH.exec(path);
  return parts ? byTarget.get(parts[1]!) : undefined;
}

function versioned(state: RequestState): ServiceName | undefined {
  const version = state.form?.get('Version') ?? (state.query.has('Action') ? state.query.get('Version') : undefined);
  return version ? byVersion.get(version) : undefined;
}

/** The links in SNS's messages name no version (spec/backends.md §1.1). */
function linked({ method }: WireRequest, { path, query }: RequestState): ServiceName | undefined {
  if (method !== 'GET' || path !== '/') return undefined;
  const action = query.get('Action');
  return action === 'ConfirmSubscription' || action === 'Unsubscribe' ? 'sns' : undefined;
}

function shaped(path: string): ServiceName {
  if (
    /^\/20\d\d-\d\d-\d\d\/(?:functions|layers|event-source-mappings|tags|account-settings|code-signing-configs|capacity-providers|durable-)/.test(
      path,
    )
  )
    return 'lambda';
  if (/^\/20\d\d-\d\d-\d\d\//.test(path)) return 'lambda';
  if (/^\/v2\/(?:apis|domainnames|vpclinks|tags|portals|portalproducts)(?:\/|$)/.test(path)) return 'apigatewayv2';
  if (/^\/(?:schedules|schedule-groups)(?:\/|$)/.test(path)) return 'scheduler';
  return 's3';
}

/** bucket.s3[.region].domain, prefix[.region].domain, and bucket.localhost (SDKs given http://localhost:PORT); the port does not matter. */
export function hostParts(host: string): { service?: ServiceName; region?: string; bucket?: string } {
  if (host.length > 512 || host.startsWith('[') || /^[\d.:]+$/.test(host)) return {};
  const labels = host.replace(/:\d+$/, '').toLowerCase().split('.');
  const s3 = labels.lastIndexOf('s3');
  if (s3 >= 0 && s3 < labels.length - 1) {
    const bucket = s3 > 0 ? labels.slice(0, s3).join('.') : undefined;
    return { service: 's3', bucket, region: regionOf(labels[s3 + 1]) };
  }
  if (labels.length < 2) return {};
  const streams = labels[0] === 'streams' && labels[1] === 'dynamodb';
  const service = streams ? 'dynamodbstreams' : labels[0] === 'streams' ? undefined : byHost.get(labels[0]!);
  if (service) return { service, region: regionOf(labels[streams ? 2 : 1]) };
  return labels.at(-1) === 'localhost' && labels[0] !== '' ? { bucket: labels.slice(0, -1).join('.') } : {};
}

function regionOf(label: string | undefined): string | undefined {
  return label !== undefined && REGION.test(label) ? label : undefined;
}

function protocolOf(service: ServiceName, request: WireRequest, state: RequestState): ProtocolName {
  const { protocols } = catalogue[service];
  const [first] = protocols as [ProtocolName];
  if (first === 'awsJson1_0' || first === 'awsJson1_1') {
    if (state.path.startsWith('/service/') && protocols.includes('rpcv2Cbor')) return 'rpcv2Cbor';
    if (request.headers['x-amz-target'] === undefined && protocols.includes('awsQuery')) return 'awsQuery';
    if (request.headers['content-type'] === CBOR && protocols.includes('awsCbor1_1')) return 'awsCbor1_1';
    return request.headers['content-type']?.includes('-1.1')
      ? 'awsJson1_1'
      : request.headers['content-type']?.includes('-1.0')
        ? 'awsJson1_0'
        : first;
  }
  return first;
}

export function operationInPath(path: string): string | undefined {
  return RPC_PATH.exec(path)?.[2];
}
