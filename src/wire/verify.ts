import { hash } from 'node:crypto';
import { type Failure, fail, isAscii } from '../kernel/index.ts';
import { wholeBody } from './body.ts';
import { canonicalRequest } from './canonical.ts';
import { catalogue } from './catalogue.ts';
import { type Claim, claimOf } from './claim.ts';
import type { Match, WireRequest } from './contract.ts';
import { oldSignature, verifyOld } from './old-signatures.ts';
import { type RequestState, stateOf } from './request-state.ts';
import { EMPTY_HASH, type SigningKey, same, sign, signingKey } from './signing-key.ts';

const SKEW_MS = 15 * 60_000;
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
const JSON_MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/**
 * Checks a request's signature, date and payload (spec/backends.md §1.2, §2.7). Bodies that are read whole are checked here; of streamed
 * ones the hash and the chunk signatures are checked while decode's caller reads them. About 5 µs of CPU for a 1 KB Invoke (bench/wire.ts).
 */
export function verify(request: WireRequest, match: Match, secret: string, now: number): void | Promise<void> {
  const claim = claimOf(request);
  if (!claim && match.service === 's3' && oldSignature(request)) return verifyOld(request, secret, now);
  if (!claim) throw fail('MissingAuthenticationTokenException', 'Missing Authentication Token', { status: 403 });
  const state = stateOf(request);
  const s3 = match.service === 's3';
  checkScope(claim, match, s3);
  checkTime(claim, now, s3);
  checkSignedHeaders(request, claim, s3);
  const payload = s3 ? declaredHash(request, state, claim) : payloadHash(request, state, match);
  if (typeof payload === 'string') return checkSignature(request, state, { claim, payload, secret });
  return payload.then((found) => checkSignature(request, state, { claim, payload: found, secret }));
}

interface Signed {
  readonly claim: Claim;
  /** Last line of the canonical request. */
  readonly payload: string;
  readonly secret: string;
}

function checkSignature(request: WireRequest, state: RequestState, { claim, payload, secret }: Signed): void {
  const key = signingKey(secret, claim.day, claim.region, claim.service);
  const canonical = canonicalRequest(request, state, claim, payload);
  const text = `AWS4-HMAC-SHA256\n${claim.date}\n${claim.scope}\n${latin1Hash(canonical)}`;
  if (!same(sign(key, text), claim.signature)) throw mismatch(claim, text, canonical);
  acceptPayload(state, claim, payload, key);
}

/** hash() takes text as UTF-8, which is the same for what nearly every request is. */
function latin1Hash(text: string): string {
  return hash('sha256', isAscii(text) ? text : Buffer.from(text, 'latin1'));
}

function checkScope(claim: Claim, match: Match, s3: boolean): void {
  const wanted = match.signing ?? catalogue[match.service].signing;
  if (claim.service !== wanted) {
    throw s3
      ? fail(
          'AuthorizationHeaderMalformed',
          `The authorization header is malformed; incorrect service "${claim.service}". This endpoint belongs to "s3".`,
        )
      : fail('InvalidSignatureException', `Credential should be scoped to correct service: '${wanted}'.`, { status: 403 });
  }
  if (!claim.date.startsWith(claim.day)) {
    const text = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.day}' != '${claim.date.slice(0, 8)}', from '${claim.date}'.`;
    throw fail(s3 ? 'AuthorizationHeaderMalformed' : 'InvalidSignatureException', text, { status: s3 ? 400 : 403 });
  }
}

function checkTime(claim: Claim, now: number, s3: boolean): void {
  if (claim.presigned) {
    checkExpiry(claim, now, s3);
    return;
  }
  if (Math.abs(now - claim.time) <= SKEW_MS) return;
  if (s3) {
    const fields = { RequestTime: claim.date, ServerTime: new Date(now).toISOString(), MaxAllowedSkewMilliseconds: SKEW_MS };
    throw fail('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
      status: 403,
      fields,
    });
  }
  const [limit, relation, sign, word] =
    now > claim.time ? [now - SKEW_MS, 'earlier', '-', 'expired'] : [now + SKEW_MS, 'later', '+', 'not yet current'];
  const text = `Signature ${word}: ${claim.date} is now ${relation} than ${basic(limit as number)} (${basic(now)} ${sign} 15 min.)`;
  throw fail('InvalidSignatureException', text, {
    status: 403,
    fields: { queryCode: now > claim.time ? 'RequestExpired' : undefined },
  });
}

function checkExpiry(claim: Claim, now: number, s3: boolean): void {
  const end = claim.time + claim.expires * 1000;
  if (now < claim.time - SKEW_MS) {
    throw fail(s3 ? 'AccessDenied' : 'InvalidSignatureException', 'Request is not yet valid', { status: 403 });
  }
  if (now <= end) return;
  const fields = {
    'X-Amz-Expires': claim.expires,
    Expires: new Date(end).toISOString(),
    ServerTime: new Date(now).toISOString(),
  };
  throw s3
    ? fail('AccessDenied', 'Request has expired', { status: 403, fields })
    : fail('InvalidSignatureException', `Signature expired: ${claim.date} is now earlier than ${basic(now)}.`, { status: 403 });
}

const basic = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** host and every x-amz-* header must be signed, or someone on the way could have added it. */
function checkSignedHeaders({ headers }: WireRequest, claim: Claim, s3: boolean): void {
  const signed = claim.signedHeaders;
  const missing: string[] = signed.includes('host') || signed.includes(':authority') ? [] : ['host'];
  if (s3)
    for (const name in headers)
      if (name.startsWith('x-amz-') && !signed.includes(name) && name !== 'x-amz-content-sha256') missing.push(name);
  if (missing.length === 0) return;
  throw s3
    ? fail('AccessDenied', 'There were headers present in the request which were not signed', {
        status: 403,
        fields: { HeadersNotSigned: missing.join(', ') },
      })
    : fail('InvalidSignatureException', `'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.`, {
        status: 403,
      });
}

/** The last line of the canonical request: what the client declares, or the hash of what it sent. */
function payloadHash(request: WireRequest, state: RequestState, match: Match): string | Promise<string> {
  const declared = declaration(request, state);
  if (declared === 'UNSIGNED-PAYLOAD') return declared;
  if (state.bytes) return checkedHash(state.bytes, declared);
  return wholeBody(request, match).then((bytes) => checkedHash(bytes, declared));
}

function declaration({ headers }: WireRequest, state: RequestState): string | undefined {
  const declared = headers['x-amz-content-sha256'];
  return declared !== undefined || state.rawQuery === '' ? declared : (state.query.get('X-Amz-Content-Sha256') ?? undefined);
}

/** Of S3 the payload is still to come: what is declared is checked while it streams. */
function declaredHash(request: WireRequest, state: RequestState, claim: Claim): string {
  const declared = declaration(request, state);
  if (claim.presigned) return declared ?? 'UNSIGNED-PAYLOAD';
  if (declared === undefined)
    throw fail('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', { status: 400 });
  checkDeclared(declared);
  return declared;
}

function checkedHash(bytes: Buffer, declared: string | undefined): string {
  const found = bytes.length === 0 ? EMPTY_HASH : hash('sha256', bytes);
  if (declared !== undefined && declared.toLowerCase() !== found)
    throw fail('InvalidSignatureException', JSON_MISMATCH, { status: 403 });
  return found;
}

function checkDeclared(declared: string): void {
  if (/^[0-9a-fA-F]{64}$/.test(declared) || declared === 'UNSIGNED-PAYLOAD') return;
  if (/^STREAMING-(?:UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(?:-TRAILER)?)$/.test(declared)) return;
  const text =
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.';
  throw fail('InvalidArgument', text, {
    status: 400,
    fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: declared.slice(0, 128) },
  });
}

function acceptPayload(state: RequestState, claim: Claim, payload: string, key: SigningKey): void {
  if (payload.startsWith('STREAMING-AWS4-HMAC')) {
    state.seal = { key, scope: claim.scope, date: claim.date, seed: claim.signature, trailer: payload.endsWith('-TRAILER') };
  } else if (claim.service === 's3' && payload.length === 64) state.payloadHash = payload.toLowerCase();
}

function mismatch(claim: Claim, text: string, canonical: string): Failure {
  if (claim.service !== 's3') return fail('InvalidSignatureException', JSON_MISMATCH, { status: 403 });
  const fields = {
    AWSAccessKeyId: claim.accessKeyId,
    StringToSign: text,
    SignatureProvided: claim.signature,
    CanonicalRequest: canonical,
  };
  return fail('SignatureDoesNotMatch', MISMATCH, { status: 403, fields });
}
