import { type Failure, fail } from '../kernel/index.ts';
import type { WireRequest } from './contract.ts';
import { type RequestState, stateOf } from './request-state.ts';

/** What a request says about its signature (spec/backends.md §1.2, §2.7), parsed and not yet believed. */
export interface Claim {
  readonly accessKeyId: string;
  readonly sessionToken?: string;
  /** yyyymmdd of the scope. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** yyyymmddThhmmssZ */
  readonly date: string;
  /** Epoch ms. */
  readonly time: number;
  readonly signedHeaders: readonly string[];
  /** The same as sent, joined by `;`. */
  readonly signedNames: string;
  /** `yyyymmdd/region/service/aws4_request` */
  readonly scope: string;
  readonly signature: string;
  readonly presigned: boolean;
  /** Seconds, of a presigned URL. */
  readonly expires: number;
}

const HEADER =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]{1,512}),?\s*SignedHeaders=([^,\s]{1,8192}),?\s*Signature=([0-9a-fA-F]{64})\s*$/;
const INCOMPLETE_QUERY =
  'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.';
const PARTS = ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Expires'] as const;

/** Reads the claim of a request once; null when it carries none. Throws when it is malformed. */
export function claimOf(request: WireRequest): Claim | null {
  const state = stateOf(request);
  if (state.claim === undefined) state.claim = read(request, state);
  return state.claim;
}

function read(request: WireRequest, state: RequestState): Claim | null {
  const { authorization } = request.headers;
  const queried = state.rawQuery.includes('X-Amz-') && (state.query.has('X-Amz-Algorithm') || state.query.has('X-Amz-Signature'));
  if (authorization !== undefined && queried)
    throw fail(
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
      { status: 400, fields: { ArgumentName: 'Authorization', ArgumentValue: authorization.slice(0, 64) } },
    );
  if (authorization?.startsWith('AWS4-')) return fromHeader(authorization, request);
  if (authorization !== undefined && /^AWS /.test(authorization)) throw unsupported();
  return queried ? fromQuery(state) : null;
}

function unsupported(): Failure {
  return fail('InvalidRequest', 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.', {
    status: 400,
  });
}

function fromHeader(authorization: string, { headers }: WireRequest): Claim {
  const { head, signature } = splitAuthorization(authorization);
  const date = headers['x-amz-date'] ?? isoDate(headers.date);
  if (date === undefined)
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return {
    accessKeyId: head.accessKeyId,
    day: head.day,
    region: head.region,
    service: head.service,
    sessionToken: headers['x-amz-security-token'],
    date,
    time: moment(date).time,
    signedHeaders: head.signedHeaders,
    signedNames: head.signedNames,
    scope: head.scope,
    signature,
    presigned: false,
    expires: 0,
  };
}

/** What stands before the signature: the same for every request of a client, the day long. */
interface Head extends Scope {
  readonly signedHeaders: readonly string[];
  readonly signedNames: string;
}

const HEX = /^[0-9a-f]{64}$/;
const SIGNATURE = 'Signature=';
const LONGEST_HEAD = 1024;
const heads = new Map<string, Head>();

/** Reads the head once and keeps it, at most 1,000 of them; only the signature is looked at every time. */
function splitAuthorization(authorization: string): { head: Head; signature: string } {
  const end = authorization.length - 64;
  const before = authorization.slice(0, end);
  const known = heads.get(before);
  const last = authorization.slice(end);
  if (known && HEX.test(last)) return { head: known, signature: last };
  const parts = HEADER.exec(authorization);
  if (!parts)
    throw incomplete(
      'Authorization header requires existence of Credential, SignedHeaders and Signature parameters of AWS4-HMAC-SHA256.',
    );
  const [, credential, signedHeaders, signature] = parts;
  const head = { ...readScope(credential!), signedHeaders: signedHeaders!.split(';'), signedNames: signedHeaders! };
  if (before.length <= LONGEST_HEAD && before.endsWith(SIGNATURE)) keep(heads, before, head);
  return { head, signature: signature!.toLowerCase() };
}

function keep<V>(kept: Map<string, V>, key: string, value: V): void {
  if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
  kept.set(key, value);
}

function fromQuery({ query }: RequestState): Claim {
  const malformed = (text: string) => fail('AuthorizationQueryParametersError', text, { status: 400 });
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw malformed(
      query.has('X-Amz-Algorithm')
        ? 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'
        : INCOMPLETE_QUERY,
    );
  if (PARTS.some((name) => !query.get(name))) throw malformed(INCOMPLETE_QUERY);
  const [credential, signature, date, signed, text] = PARTS.map((name) => query.get(name)!) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const expires = Number(text);
  if (!/^-?\d{1,15}$/.test(text)) throw malformed('X-Amz-Expires should be a number');
  if (expires < 0) throw malformed('X-Amz-Expires must be non-negative');
  if (expires > 604800)
    throw malformed(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  return {
    ...readScope(credential),
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    ...moment(date),
    signedHeaders: signed.split(';'),
    signedNames: signed,
    signature: signature.toLowerCase(),
    presigned: true,
    expires,
  };
}

function incomplete(text: string): Failure {
  return fail('IncompleteSignature', text, { status: 400 });
}

export type Scope = Pick<Claim, 'accessKeyId' | 'day' | 'region' | 'service' | 'scope'>;

const KEPT = 1000;
const scopes = new Map<string, Scope>();

/** Credentials come again and again: parsed ones are kept, at most 1,000. */
export function readScope(credential: string): Scope {
  let scope = scopes.get(credential);
  if (!scope) {
    scope = parseScope(credential);
    keep(scopes, credential, scope);
  }
  return scope;
}

function parseScope(credential: string): Scope {
  const parts = credential.split('/');
  const [day, region, service, end] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (parts.length < 5 || end !== 'aws4_request' || !accessKeyId || !/^\d{8}$/.test(day!) || !region || !service) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential.slice(0, 128)}'`,
    );
  }
  return { accessKeyId, day: day!, region, service, scope: `${day}/${region}/${service}/aws4_request` };
}

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
let latest: Pick<Claim, 'date' | 'time'> = { date: '', time: 0 };

/** Most requests of a second carry the same date. */
function moment(date: string): Pick<Claim, 'date' | 'time'> {
  if (date === latest.date) return latest;
  const parts = DATE.exec(date);
  if (!parts) throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${date.slice(0, 64)}'.`);
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, number, number, number, number, number];
  latest = { date, time: Date.UTC(year, month - 1, day, hour, minute, second) };
  return latest;
}

function isoDate(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
