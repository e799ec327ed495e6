import type { Claim } from './claim.ts';
import type { WireRequest } from './contract.ts';
import type { RequestState } from './request-state.ts';

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/;
const PLAIN_PATH = /^(?:\/[A-Za-z0-9\-_~][A-Za-z0-9\-._~]*)+$/;

/** The canonical request of SigV4 (spec/backends.md §1.2), as latin1: header bytes stay what was sent. */
export function canonicalRequest(request: WireRequest, state: RequestState, claim: Claim, payloadHash: string): string {
  let headers = '';
  for (const name of claim.signedHeaders) headers += `${name}:${headerValue(request.headers[name])}\n`;
  const path = canonicalPath(state.path, claim.service === 's3');
  const query = canonicalQuery(state.rawQuery);
  return `${request.method}\n${path}\n${query}\n${headers}\n${claim.signedNames}\n${payloadHash}`;
}

function headerValue(value: string | undefined): string {
  if (value === undefined) return '';
  return value.includes('  ') || value.includes('\t') ? value.trim().replace(/\s+/g, ' ') : value.trim();
}

/** S3 takes the path as it is; all others normalise it and encode it once more. */
export function canonicalPath(path: string, once: boolean): string {
  if (once) return UNRESERVED_PATH.test(path) ? path : path.split('/').map(reencode).join('/');
  if (PLAIN_PATH.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(encode(part));
  }
  const end = parts.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${parts.join('/')}${end}`;
}

export function canonicalQuery(raw: string): string {
  if (raw === '') return '';
  const pairs: [string, string][] = [];
  for (const part of raw.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = reencode(mark < 0 ? part : part.slice(0, mark));
    if (name === 'X-Amz-Signature') continue;
    pairs.push([name, mark < 0 ? '' : reencode(part.slice(mark + 1))]);
  }
  if (pairs.length > 1) pairs.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function reencode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  try {
    return encode(decodeURIComponent(text));
  } catch {
    return encode(text);
  }
}

/** RFC 3986; text with lone surrogates stays as it is. */
function encode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  try {
    return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    return text;
  }
}
