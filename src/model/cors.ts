import { type Failure, fail } from '../kernel/index.ts';

/** One rule of a bucket's CORS configuration. Origins and headers may hold one `*`. */
export interface CorsRule {
  readonly id?: string;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly expose: readonly string[];
  readonly maxAgeSeconds?: number;
}

export interface PreflightRequest {
  readonly origin?: string;
  /** Access-Control-Request-Method. */
  readonly method?: string;
  /** Access-Control-Request-Headers. */
  readonly headers?: string;
}

const REFUSED =
  'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / ' +
  "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/**
 * Headers that answer a preflight on a bucket (spec/backends.md §2.8). rules: undefined when there is no such bucket, empty when CORS is
 * not enabled. Throws AccessForbidden 403, BadRequest 400.
 */
export function preflight(rules: readonly CorsRule[] | undefined, request: PreflightRequest): Record<string, string> {
  const { origin, method } = request;
  if (origin === undefined) throw fail('BadRequest', 'Insufficient information. Origin request header needed.');
  if (method === undefined) throw fail('BadRequest', `Invalid Access-Control-Request-Method: ${method ?? 'null'}`);
  if (rules === undefined) throw forbidden('CORSResponse: Bucket not found', method, 'BUCKET');
  if (rules.length === 0) throw forbidden('CORSResponse: CORS is not enabled for this bucket.', method, 'BUCKET');
  const headers = names(request.headers);
  const rule = find(rules, origin, method, headers);
  if (!rule) throw forbidden(REFUSED, method, 'OBJECT');
  return {
    ...allowance(rule, origin),
    ...(headers.length > 0 ? { 'access-control-allow-headers': headers.join(', ') } : {}),
    ...(rule.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(rule.maxAgeSeconds) }),
  };
}

/** Headers to add to the answer of an actual request that has an Origin; none when no rule allows it (the browser then refuses). */
export function corsHeaders(rules: readonly CorsRule[] | undefined, origin: string, method: string): Record<string, string> {
  const rule = find(rules ?? [], origin, method, []);
  return rule ? allowance(rule, origin) : {};
}

function find(rules: readonly CorsRule[], origin: string, method: string, headers: readonly string[]): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.methods.includes(method) &&
      rule.origins.some((pattern) => fits(pattern, origin)) &&
      headers.every((header) => rule.headers.some((pattern) => fits(pattern.toLowerCase(), header))),
  );
}

function allowance(rule: CorsRule, origin: string): Record<string, string> {
  const any = rule.origins.includes('*');
  return {
    'access-control-allow-origin': any ? '*' : origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(any ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(rule.expose.length > 0 ? { 'access-control-expose-headers': rule.expose.join(', ') } : {}),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

function names(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

function forbidden(message: string, method: string, resource: 'BUCKET' | 'OBJECT'): Failure {
  return fail('AccessForbidden', message, { status: 403, fields: { Method: method, ResourceType: resource } });
}
