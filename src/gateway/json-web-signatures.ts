import { type KeyObject, verify } from 'node:crypto';
import type { JsonWebToken } from '../model/index.ts';

/** Algorithms that are taken, and the keys that they go with: never one key for two kinds of algorithm. */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly fits: (key: KeyObject) => boolean }>> = {
  RS256: { hash: 'sha256', fits: isRsa },
  RS384: { hash: 'sha384', fits: isRsa },
  RS512: { hash: 'sha512', fits: isRsa },
  ES256: { hash: 'sha256', fits: (key) => isCurve(key, 'prime256v1') },
};

/** Shorter keys are no protection any more (RFC 7518 §3.3). */
const LEAST_BITS = 2048;

function isRsa(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_BITS;
}

function isCurve(key: KeyObject, curve: string): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve;
}

/** Whether a token could be verified at all; says so before any key is fetched. */
export function isKnownAlgorithm(algorithm: string): boolean {
  return Object.hasOwn(ALGORITHMS, algorithm);
}

/** Whether the token was signed with that key, by the algorithm that it names. */
export function isSignedBy({ algorithm, signed, signature }: JsonWebToken, key: KeyObject): boolean {
  if (!isKnownAlgorithm(algorithm)) return false;
  const { hash, fits } = ALGORITHMS[algorithm]!;
  return fits(key) && verify(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
}
