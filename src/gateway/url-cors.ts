import type { FunctionUrlCors } from '../model/index.ts';

type Headers = Readonly<Record<string, string | undefined>>;

export function isPreflight(method: string, headers: Headers): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** What a configured function URL adds to its answers when the Origin matches (spec/event-sources.md §8); empty when it does not. */
export function urlCorsHeaders(cors: FunctionUrlCors, origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  const any = cors.allowOrigins?.includes('*') === true;
  if (!any && !cors.allowOrigins?.some((allowed) => allowed.toLowerCase() === origin.toLowerCase())) return {};
  const expose = cors.exposeHeaders ?? [];
  return {
    // A wildcard is worth nothing to a request with credentials, so the origin itself is named.
    'access-control-allow-origin': any && !cors.allowCredentials ? '*' : origin,
    ...(any && !cors.allowCredentials ? {} : { vary: 'Origin' }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(expose.length > 0 ? { 'access-control-expose-headers': expose.join(',') } : {}),
  };
}

/** The answer to a preflight; without allowing headers when origin, method or headers are not configured, so that the browser refuses. */
export function urlPreflight(cors: FunctionUrlCors, headers: Headers): Record<string, string> {
  const granted = urlCorsHeaders(cors, headers.origin);
  const asked = (headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const wanted = asked.filter((name) => name !== '');
  if (granted['access-control-allow-origin'] === undefined) return {};
  const methods = cors.allowMethods && cors.allowMethods.length > 0 ? cors.allowMethods : SAFELISTED;
  if (!covers(methods, headers['access-control-request-method'] ?? '')) return {};
  if (!wanted.every((name) => covers(cors.allowHeaders, name))) return {};
  return {
    ...granted,
    'access-control-allow-methods': headers['access-control-request-method']!.toUpperCase(),
    ...(wanted.length > 0 ? { 'access-control-allow-headers': wanted.join(',') } : {}),
    ...(cors.maxAge === undefined ? {} : { 'access-control-max-age': String(cors.maxAge) }),
  };
}

/** Browsers need no permission for these methods (the Fetch standard's CORS-safelisted methods). */
const SAFELISTED = ['GET', 'HEAD', 'POST'];

function covers(allowed: readonly string[] | undefined, name: string): boolean {
  return allowed?.some((entry) => entry === '*' || entry.toLowerCase() === name.toLowerCase()) === true;
}

type AnswerHeaders = Record<string, string | string[]>;

/** An answer's headers once there are CORS settings: only these count, whatever the function said. */
export function withOwnCors(headers: AnswerHeaders, cors: FunctionUrlCors, origin: string | undefined): AnswerHeaders {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('access-control-')));
  const { vary, ...own } = urlCorsHeaders(cors, origin);
  return { ...kept, ...own, ...(vary && { vary: kept.vary === undefined ? vary : `${kept.vary}, ${vary}` }) };
}
