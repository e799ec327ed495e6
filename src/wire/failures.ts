import { type Failure, type PlatformCode, platformErrors } from '../kernel/index.ts';
import { catalogue, type ProtocolName } from './catalogue.ts';
import type { ServiceName } from './contract.ts';
import { type ErrorShape, serviceModel } from './service-model.ts';

/** A failure as the client of a protocol knows it. */
export interface Told {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly shape?: ErrorShape;
}

/** wire's own codes (those of JSON services) → what query clients and S3's see instead (spec/backends.md §1.2, §1.6), with S3's status. */
const TRANSLATED: Readonly<Record<string, readonly [query: string, s3: string, s3Status: number]>> = {
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 'AccessDenied', 403],
  UnrecognizedClientException: ['InvalidClientTokenId', 'InvalidAccessKeyId', 403],
  InvalidSignatureException: ['SignatureDoesNotMatch', 'SignatureDoesNotMatch', 403],
  ExpiredTokenException: ['ExpiredToken', 'ExpiredToken', 400],
  AccessDeniedException: ['AccessDenied', 'AccessDenied', 403],
  ThrottlingException: ['Throttling', 'SlowDown', 503],
  SerializationException: ['MalformedInput', 'MalformedXML', 400],
  UnknownOperationException: ['InvalidAction', 'MethodNotAllowed', 405],
  InternalError: ['InternalFailure', 'InternalError', 500],
  InternalFailure: ['InternalFailure', 'InternalError', 500],
  RequestEntityTooLargeException: ['RequestEntityTooLarge', 'EntityTooLarge', 400],
  InvalidParameterValueException: ['InvalidParameterValue', 'InvalidArgument', 400],
  MissingRequiredParameterException: ['MissingParameter', 'InvalidArgument', 400],
  IncompleteSignature: ['IncompleteSignature', 'AuthorizationHeaderMalformed', 400],
};

/** S3's codes of spec/backends.md §2.2 whose status is not 400, for failures that bring none of their own. */
const S3_STATUS: Readonly<Record<string, number>> = {
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchVersion: 404,
  NoSuchUpload: 404,
  NoSuchBucketPolicy: 404,
  NoSuchCORSConfiguration: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchWebsiteConfiguration: 404,
  NoSuchTagSet: 404,
  NoSuchConfiguration: 404,
  NoSuchPublicAccessBlockConfiguration: 404,
  ReplicationConfigurationNotFoundError: 404,
  ServerSideEncryptionConfigurationNotFoundError: 404,
  ObjectLockConfigurationNotFoundError: 404,
  OwnershipControlsNotFoundError: 404,
  AccessDenied: 403,
  AccessForbidden: 403,
  InvalidObjectState: 403,
  SignatureDoesNotMatch: 403,
  InvalidAccessKeyId: 403,
  RequestTimeTooSkewed: 403,
  MethodNotAllowed: 405,
  BucketAlreadyExists: 409,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  OperationAborted: 409,
  ConditionalRequestConflict: 409,
  PreconditionFailed: 412,
  InvalidRange: 416,
  InvalidPartNumber: 416,
  NotImplemented: 501,
  SlowDown: 503,
};

const JSON_FRONT = new Set(Object.keys(TRANSLATED));

/** What a client is told of a failure: the code in its protocol's words, the status of the model unless the failure brings another. */
export function tell(failure: Failure, service: ServiceName, protocol: ProtocolName): Told {
  const fault = platformFault(failure, service);
  return fault
    ? { ...tellCode(failure, fault.code, service, protocol), status: fault.status }
    : tellCode(failure, failure.code, service, protocol);
}

/** dalamb's own faults are no client's business by name: each service has its code for them. What may pass is 503, which every SDK tries again. */
function platformFault({ code }: Failure, service: ServiceName): { code: string; status: number } | undefined {
  const status =
    code === 'InternalFailure' ? 500 : Object.hasOwn(platformErrors, code) ? platformErrors[code as PlatformCode].status : 0;
  if (status < 500 || status === 501) return undefined;
  const { fault, unavailable } = catalogue[service];
  return status === 500 ? { code: fault, status } : { code: unavailable ?? fault, status: 503 };
}

function tellCode(failure: Failure, code: string, service: ServiceName, protocol: ProtocolName): Told {
  const message = protocol === 'awsQuery' ? ((failure.fields.queryMessage as string) ?? failure.message) : failure.message;
  const shape = service === 's3' ? undefined : serviceModel(service).error(code);
  if (shape)
    return {
      code: protocol === 'awsQuery' ? shape.query.code : shape.name,
      message,
      status: modelStatus(failure, shape, protocol),
      shape,
    };
  const translated = Object.hasOwn(TRANSLATED, code) ? TRANSLATED[code]! : undefined;
  if (service === 's3') {
    const status = translated?.[2] ?? (failure.status === 400 ? (S3_STATUS[code] ?? 400) : failure.status);
    return { code: translated?.[1] ?? code, message, status };
  }
  if (protocol === 'awsQuery')
    return { code: (failure.fields.queryCode as string) ?? translated?.[0] ?? code, message, status: failure.status };
  return { code, message, status: frontStatus(failure, protocol) };
}

/** A failure's default status is no choice; the model's is taken then. */
function modelStatus(failure: Failure, shape: ErrorShape, protocol: ProtocolName): number {
  const modelled = protocol === 'awsQuery' ? shape.query.status : shape.status;
  return failure.status === 400 || failure.status === 500 ? modelled : failure.status;
}

/** awsJson and rpcv2 answer the front end's refusals with 400, REST with 403 (spec/backends.md §1.2). */
function frontStatus(failure: Failure, protocol: ProtocolName): number {
  if (protocol === 'restJson1') return failure.status;
  return failure.status === 403 && JSON_FRONT.has(failure.code) ? 400 : failure.status;
}
