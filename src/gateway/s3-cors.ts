import { corsHeaders, type FindBucketCors, preflight } from '../model/index.ts';
import type { WireResponse } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';

/** What a bucket's CORS rules grant to a foreign page: headers of its answer. */
export interface Grant {
  readonly headers: Record<string, string>;
}

/** Undefined when no rule of the bucket allows this origin and method. */
export async function corsOfBucket(find: FindBucketCors, exchange: Exchange): Promise<Grant | undefined> {
  const bucket = bucketOf(exchange);
  if (bucket === undefined) return undefined;
  const headers = corsHeaders(await find(bucket), exchange.headers.origin!, exchange.method);
  return Object.keys(headers).length > 0 ? { headers } : undefined;
}

/** A preflight names no service and has no signature: on our AWS hosts only buckets answer them. Rejects with AccessForbidden 403. */
export async function answerPreflight(find: FindBucketCors, exchange: Exchange): Promise<WireResponse> {
  const bucket = bucketOf(exchange);
  const headers = preflight(bucket === undefined ? undefined : await find(bucket), {
    origin: exchange.headers.origin,
    method: exchange.headers['access-control-request-method'],
    headers: exchange.headers['access-control-request-headers'],
  });
  return { status: 200, headers };
}

/** By host, else the first segment of the path. */
function bucketOf(exchange: Exchange): string | undefined {
  if (exchange.host.kind === 'aws' && exchange.host.bucket !== undefined) return exchange.host.bucket;
  const segment = /^\/([^/]+)/.exec(exchange.path)?.[1];
  return segment === undefined || segment.startsWith('_') ? undefined : segment;
}
