import { createHmac } from 'node:crypto';
import { fail } from '../kernel/index.ts';
import type { Signature, WireRequest } from './contract.ts';
import { hostParts } from './recognise.ts';
import { stateOf } from './request-state.ts';
import { same } from './signing-key.ts';

const NAMES = ['AWSAccessKeyId', 'Expires', 'Signature'] as const;

/**
 * Presigned queries of signature version 2, which some SDKs still make of S3 unless they are told otherwise (spec/backends.md §2.7):
 * `AWSAccessKeyId`, `Expires` (epoch seconds), `Signature`. Undefined when there is none. Throws AccessDenied 403 when one of the three is missing.
 */
export function oldSignature(request: WireRequest): Extract<Signature, { kind: 'signed' }> | undefined {
  const { rawQuery, query } = stateOf(request);
  if (!rawQuery.includes('Signature=') && !rawQuery.includes('AWSAccessKeyId=')) return undefined;
  if (!query.has('Signature') && !query.has('AWSAccessKeyId')) return undefined;
  if (query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature') || query.has('Action')) return undefined;
  if (NAMES.some((name) => !query.get(name)))
    throw fail('AccessDenied', 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters', {
      status: 403,
    });
  return {
    kind: 'signed',
    accessKeyId: query.get('AWSAccessKeyId')!,
    sessionToken: query.get('x-amz-security-token') ?? undefined,
    service: 's3',
    region: hostParts(request.headers.host ?? '').region ?? 'us-east-1',
    presigned: true,
  };
}

/** Checks it by the secret. now: epoch ms. Throws AccessDenied and SignatureDoesNotMatch, both 403. */
export function verifyOld(request: WireRequest, secret: string, now: number): void {
  const { query } = stateOf(request);
  const [accessKeyId, expires, signature] = NAMES.map((name) => query.get(name)!) as [string, string, string];
  if (!/^\d{1,12}$/.test(expires) || Number(expires) * 1000 <= now)
    throw fail('AccessDenied', 'Request has expired', {
      status: 403,
      fields: { Expires: dateOf(expires), ServerTime: new Date(now).toISOString() },
    });
  const text = textOf(request, expires);
  if (same(createHmac('sha1', secret).update(text).digest('base64'), signature)) return;
  throw fail(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403, fields: { AWSAccessKeyId: accessKeyId, StringToSign: text, SignatureProvided: signature } },
  );
}

function dateOf(expires: string): string {
  return /^\d{1,12}$/.test(expires) ? new Date(Number(expires) * 1000).toISOString() : expires.slice(0, 32);
}

/** Parameters that say what is asked, and so are signed. */
const SIGNED =
  /^(?:accelerate|acl|analytics|cors|delete|inventory|legal-hold|lifecycle|location|logging|metrics|notification|object-lock|ownershipControls|partNumber|policy|policyStatus|publicAccessBlock|replication|requestPayment|restore|retention|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website|encryption|response-(?:cache-control|content-(?:disposition|encoding|language|type)|expires))$/;

/** What was signed: method, MD5, type, expiry, every x-amz-* (clients move headers into the query; a header that is sent counts), and what is asked. */
function textOf(request: WireRequest, expires: string): string {
  const { method, headers } = request;
  const { path, query } = stateOf(request);
  const amz = new Map<string, string>();
  for (const [name, value] of query) if (name.toLowerCase().startsWith('x-amz-')) amz.set(name.toLowerCase(), value);
  for (const [name, value] of Object.entries(headers)) if (name.startsWith('x-amz-') && value !== undefined) amz.set(name, value);
  const lines = [...amz].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}:${value.trim()}\n`);
  const { bucket } = hostParts(headers.host ?? '');
  const asked = [...query].filter(([name]) => SIGNED.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const resource = `${bucket === undefined ? '' : `/${bucket}`}${path}`;
  const parameters = asked.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  const of = (name: string) => headers[name] ?? query.get(name) ?? '';
  const head = [method, of('content-md5'), of('content-type'), expires].join('\n');
  return `${head}\n${lines.join('')}${resource}${parameters === '' ? '' : `?${parameters}`}`;
}
