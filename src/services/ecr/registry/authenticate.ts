import { timingSafeEqual } from 'node:crypto';
import { type Principal, type RawRequest, rootArn } from '../../../model/index.ts';
import type { EcrDeps } from '../deps.ts';
import { type Bearer, openToken } from '../tokens.ts';
import { refuse } from './answers.ts';

const DEFAULT_ACCOUNT = '000000000000';
const DEFAULT_REGION = 'us-east-1';

/**
 * Who asks: the bearer of a session, or who logs in with each request. Nobody else, so that clients that have a login always send it; those
 * that have none get a session where that is allowed. Throws UNAUTHORIZED with the challenge.
 */
export async function authenticated(deps: EcrDeps, request: RawRequest): Promise<Bearer> {
  const { authorization } = request.headers;
  const session = /^Bearer ([\w.~+/=-]{1,16384})$/i.exec(authorization ?? '')?.[1];
  const bearer = session === undefined ? await basic(deps, request) : await openToken(deps, 'session', session, deps.clock.now());
  if (!bearer) throw unauthorized(deps, request);
  return bearer;
}

/** Who asks for a session: the same, or without a login the default account, where no token is asked for. */
export async function sessionBearer(deps: EcrDeps, request: RawRequest): Promise<Bearer> {
  if (request.headers.authorization === undefined && request.trusted)
    return { principal: root(DEFAULT_ACCOUNT, ''), region: DEFAULT_REGION };
  const bearer = await basic(deps, request);
  if (!bearer) throw unauthorized(deps, request);
  return bearer;
}

/**
 * `AWS` and a token of GetAuthorizationToken, or an access key and its secret. In mode local unknown keys are the root of an account, as on
 * all of the platform.
 */
async function basic(deps: EcrDeps, { headers, trusted }: RawRequest): Promise<Bearer | undefined> {
  const text = /^Basic ([\w+/=-]{1,32768})$/i.exec(headers.authorization ?? '')?.[1];
  const login = text === undefined ? '' : Buffer.from(text, 'base64').toString('utf8');
  const colon = login.indexOf(':');
  if (colon < 0) return undefined;
  const user = login.slice(0, colon);
  const password = login.slice(colon + 1);
  if (user === 'AWS') return openToken(deps, 'token', password, deps.clock.now());
  const known = await deps.findKey(user, undefined);
  if (known) return isSame(known.secret, password) ? { principal: known.principal, region: DEFAULT_REGION } : undefined;
  if (deps.settings.mode !== 'local' || !trusted) return undefined;
  return { principal: root(/^\d{12}$/.test(user) ? user : DEFAULT_ACCOUNT, user), region: DEFAULT_REGION };
}

function isSame(secret: string, given: string): boolean {
  const [a, b] = [Buffer.from(secret), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function root(account: string, accessKeyId: string): Principal {
  return { account, arn: rootArn(account), userId: account, accessKeyId, kind: 'root' };
}

function unauthorized({ settings }: EcrDeps, { headers }: RawRequest) {
  const scheme = settings.behindProxy || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const realm = `${scheme}://${headers.host ?? 'localhost'}/v2/token`;
  const challenge = { 'www-authenticate': `Bearer realm="${realm}",service="dalamb"` };
  return refuse(
    'UNAUTHORIZED',
    'log in with: aws ecr get-login-password | docker login -u AWS --password-stdin HOST',
    401,
    challenge,
  );
}
