import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';

export const EMPTY_HASH = hash('sha256', '');

const KEPT = 2000;
const cache = new Map<string, KeyObject>();

const hmac = (key: KeyObject | string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The derived key of a scope, kept as a KeyObject: twice as fast as bytes. The cache forgets its oldest beyond 2,000. */
export function signingKey(secret: string, day: string, region: string, service: string): KeyObject {
  const id = `${secret}\n${day}/${region}/${service}`;
  let key = cache.get(id);
  if (!key) {
    key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request'));
    if (cache.size >= KEPT) cache.delete(cache.keys().next().value!);
    cache.set(id, key);
  }
  return key;
}

export function sign(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text, 'latin1').digest('hex');
}

/** Compares two texts without telling where they differ. */
export function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}
