import { type Failure, fail, isFailure } from '../../../kernel/index.ts';
import type { RawResponse } from '../../../model/index.ts';

const VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

export function answer(status: number, headers: Record<string, string> = {}, body?: RawResponse['body']): RawResponse {
  return { status, headers: { ...VERSION, ...headers }, ...(body === undefined ? {} : { body }) };
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): RawResponse {
  return answer(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }, JSON.stringify(value));
}

/** The registry's own errors (OCI distribution spec, "Error Codes"), and what ECR's are called there. */
const codes: Readonly<Record<string, readonly [code: string, status: number]>> = {
  RepositoryNotFoundException: ['NAME_UNKNOWN', 404],
  ImageNotFoundException: ['MANIFEST_UNKNOWN', 404],
  LayersNotFoundException: ['MANIFEST_BLOB_UNKNOWN', 404],
  ReferencedImagesNotFoundException: ['MANIFEST_BLOB_UNKNOWN', 404],
  UploadNotFoundException: ['BLOB_UPLOAD_UNKNOWN', 404],
  InvalidLayerException: ['DIGEST_INVALID', 400],
  InvalidLayerPartException: ['BLOB_UPLOAD_INVALID', 416],
  IncompleteBody: ['BLOB_UPLOAD_INVALID', 400],
  RequestTimeout: ['BLOB_UPLOAD_INVALID', 408],
  LayerTooLarge: ['SIZE_INVALID', 413],
  InvalidImage: ['MANIFEST_INVALID', 400],
  InvalidParameterException: ['MANIFEST_INVALID', 400],
  InvalidRequest: ['SIZE_INVALID', 413],
  ImageTagAlreadyExistsException: ['TAG_INVALID', 400],
  LimitExceededException: ['TOOMANYREQUESTS', 429],
  StoreFull: ['UNAVAILABLE', 507],
};

/** The answer to a failure that is the caller's; undefined: it is ours. */
export function refusalOf(error: unknown): RawResponse | undefined {
  if (!isFailure(error)) return undefined;
  const known = Object.hasOwn(codes, error.code) ? codes[error.code]! : undefined;
  if (!known && !/^[A-Z_]+$/.test(error.code)) return undefined;
  const [code, status] = known ?? [error.code, error.status];
  return jsonAnswer(status, { errors: [{ code, message: error.message }] }, { ...error.headers });
}

export function internalAnswer(requestText: string): RawResponse {
  return jsonAnswer(500, { errors: [{ code: 'UNKNOWN', message: requestText }] });
}

export function refuse(code: string, message: string, status: number, headers: Record<string, string> = {}): Failure {
  return fail(code, message, { status, headers, fault: 'caller' });
}
