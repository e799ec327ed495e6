import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Clock, fail } from '../kernel/index.ts';
import type { Outgoing } from './outgoing.ts';

/** The key that an issuer signs with under an id; undefined: it has none. Rejects when the issuer cannot be asked. */
export type FindIssuerKey = (issuer: string, keyId: string | undefined) => Promise<KeyObject | undefined>;

/** AWS gives an issuer 1.5 s; one of your own may sit on a busy machine. */
const FETCH_MS = 5000;
/** AWS's own bound for discovery documents and key sets. */
const FETCH_BYTES = 150_000;
const KEEP_MS = 3_600_000;
/** An unknown key id may be a new key; the issuer is asked again at most this often, also when it did not answer. */
const AGAIN_MS = 10_000;
const MOST_ISSUERS = 200;

interface Kept {
  readonly asked: number;
  readonly keys: Promise<ReadonlyMap<string, KeyObject>>;
}

/** Finds keys through `ISSUER/.well-known/openid-configuration` and its `jwks_uri`, and keeps them for an hour. */
export function createFindIssuerKey(deps: { readonly outgoing: Outgoing; readonly clock: Clock }): FindIssuerKey {
  const kept = new Map<string, Kept>();
  const ask = (issuer: string): Kept => {
    const asked = { asked: deps.clock.monotonic(), keys: fetchKeys(deps.outgoing, issuer) };
    // Who waits for it hears of the failure; nobody may.
    asked.keys.catch(() => {});
    kept.delete(issuer);
    if (kept.size >= MOST_ISSUERS) kept.delete(kept.keys().next().value!);
    kept.set(issuer, asked);
    return asked;
  };
  const age = (one: Kept) => deps.clock.monotonic() - one.asked;
  return async (issuer, keyId) => {
    const known = kept.get(issuer);
    const current = known && age(known) < KEEP_MS ? known : ask(issuer);
    const fresh = age(current) < AGAIN_MS;
    try {
      const found = keyOf(await current.keys, keyId);
      if (found || fresh) return found;
    } catch (error) {
      if (fresh) throw error;
    }
    const newer = kept.get(issuer);
    return keyOf(await (newer && newer !== current ? newer : ask(issuer)).keys, keyId);
  };
}

function keyOf(keys: ReadonlyMap<string, KeyObject>, keyId: string | undefined): KeyObject | undefined {
  if (keyId !== undefined) return keys.get(keyId);
  return keys.size === 1 ? keys.values().next().value : undefined;
}

async function fetchKeys(outgoing: Outgoing, issuer: string): Promise<ReadonlyMap<string, KeyObject>> {
  const discovered = await fetchDocument(outgoing, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (discovered.issuer !== issuer || typeof discovered.jwks_uri !== 'string') throw unusable(issuer, 'discovery document');
  const { keys } = await fetchDocument(outgoing, discovered.jwks_uri);
  if (!Array.isArray(keys)) throw unusable(issuer, 'key set');
  return new Map(keys.slice(0, 100).flatMap(readKey));
}

/** Public keys to verify with; whatever else is in a set is left out. */
function readKey(jwk: { kid?: unknown; use?: unknown; kty?: unknown } | null): [string, KeyObject][] {
  if (typeof jwk !== 'object' || jwk === null || (jwk.use !== undefined && jwk.use !== 'sig')) return [];
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC') return [];
  try {
    return [[String(jwk.kid ?? ''), createPublicKey({ key: jwk as never, format: 'jwk' })]];
  } catch {
    return [];
  }
}

async function fetchDocument(outgoing: Outgoing, address: string): Promise<Record<string, unknown>> {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw unusable(address, 'address');
  const answer = await outgoing.request({
    protocol: url.protocol,
    authority: url.host,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers: { accept: 'application/json' },
    timeoutMs: FETCH_MS,
    maxBytes: FETCH_BYTES,
  });
  if (answer.status !== 200) throw unusable(address, `answer (${answer.status})`);
  const document = parse(answer.body);
  if (typeof document !== 'object' || document === null) throw unusable(address, 'document');
  return document as Record<string, unknown>;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unusable(issuer: string, what: string) {
  return fail('IssuerUnusable', `the ${what} of ${issuer} cannot be used`, { status: 503 });
}
