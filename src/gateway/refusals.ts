import { type Failure, fail, isFailure, type Logger, type PlatformCode, platformErrors } from '../kernel/index.ts';
import type { AccessRequest, Decision, Principal } from '../model/index.ts';
import type { Match } from '../wire/index.ts';

/** The errors of the front door, in the words of each family of protocols (spec/backends.md §1.2). */
type Family = 'json' | 'rest' | 'query' | 's3';

function familyOf(match: Match): Family {
  if (match.service === 's3') return 's3';
  if (match.protocol === 'awsQuery') return 'query';
  return match.protocol === 'restJson1' ? 'rest' : 'json';
}

const statusOf = (family: Family) => (family === 'json' ? 400 : 403);

export function missingToken(match: Match): Failure {
  const family = familyOf(match);
  if (family === 's3') return fail('AccessDenied', 'Access Denied', { status: 403 });
  const code = family === 'query' ? 'MissingAuthenticationToken' : 'MissingAuthenticationTokenException';
  const status = match.protocol === 'awsJson1_0' ? 400 : 403;
  return fail(code, family === 'json' ? 'Request is missing Authentication Token' : 'Missing Authentication Token', { status });
}

export function unknownKey(match: Match, accessKeyId: string): Failure {
  const family = familyOf(match);
  if (family === 's3') {
    const text = 'The AWS Access Key Id you provided does not exist in our records.';
    return fail('InvalidAccessKeyId', text, { status: 403, fields: { AWSAccessKeyId: accessKeyId } });
  }
  const code = family === 'query' ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
  return fail(code, 'The security token included in the request is invalid.', { status: statusOf(family) });
}

export function expiredKey(match: Match): Failure {
  const family = familyOf(match);
  if (family === 's3') return fail('ExpiredToken', 'The provided token has expired.');
  const code = family === 'query' ? 'ExpiredToken' : 'ExpiredTokenException';
  return fail(code, 'The security token included in the request is expired', { status: statusOf(family) });
}

export function denied(match: Match, principal: Principal, request: AccessRequest, decision: Decision): Failure {
  const family = familyOf(match);
  if (family === 's3' && principal.kind === 'anonymous') return fail('AccessDenied', 'Access Denied', { status: 403 });
  const text = `User: ${principal.arn} is not authorized to perform: ${request.action} on resource: ${request.resource} ${joined(decision.reason)}`;
  return fail(deniedCode(family, match), text, { status: statusOf(family) });
}

/** `because no … allows …`, but `with an explicit deny in …`. */
function joined(reason: string): string {
  return reason.startsWith('with ') || reason.startsWith('because ') ? reason : `because ${reason}`;
}

function deniedCode(family: Family, match: Match): string {
  if (match.service === 'sns') return 'AuthorizationError';
  return family === 'json' || family === 'rest' ? 'AccessDeniedException' : 'AccessDenied';
}

export function notImplemented(match: Match): Failure {
  return fail('NotImplemented', `${match.service} ${match.operation} is not implemented by dalamb`, { status: 501 });
}

/** Turns whatever was thrown into a failure for the client; the platform's own faults are logged here, once, and told without details. */
export function asFailure(error: unknown, requestId: string, logger: Logger): Failure {
  if (isFailure(error)) {
    if (error.status < 500 || error.status === 501 || !Object.hasOwn(platformErrors, error.code)) return error;
    logger.error('a request failed through the platform', { requestId, code: error.code, error });
    const code = error.code as PlatformCode;
    return fail(code, `${platformErrors[code].text}. It is logged under request id ${requestId}.`, { status: error.status });
  }
  logger.error('a request failed unexpectedly', { requestId, error });
  return fail(
    'InternalFailure',
    `The request failed because of a defect in dalamb. It is logged under request id ${requestId}.`,
    {
      status: 500,
    },
  );
}
