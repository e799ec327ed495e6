import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { bug } from './errors.ts';

/** Seals small secrets with AES-256-GCM. What was sealed for one purpose never opens for another. */
export interface SecretBox {
  /** base64url of: version 1, 4 bytes of key id, 12 of nonce, 16 of tag, ciphertext. */
  seal(plain: string, purpose: string): string;
  /** Undefined when the envelope was changed, was sealed for another purpose, or its key is not known. */
  open(sealed: string, purpose: string): string | undefined;
  /** 16 hex digits by which equal secrets are known as such, and nothing else is; another key gives others. */
  digest(plain: string, purpose: string): string;
}

export interface SecretKey {
  /** 8 hex digits; travels in every envelope, so that keys can be rotated. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

const VERSION = 1;
const HEAD = 33;

/** The first key seals; all of them open. */
export function createSecretBox(keys: readonly SecretKey[]): SecretBox {
  const known = new Map<string, KeyObject>();
  for (const { id, key } of keys) {
    if (!/^[0-9a-f]{8}$/.test(id) || key.byteLength !== 32) throw bug('a secret key needs an id of 8 hex digits and 32 bytes');
    known.set(id, createSecretKey(key));
  }
  const first = keys[0];
  if (!first) throw bug('a secret box needs a key');
  return {
    seal: (plain, purpose) => seal(known.get(first.id)!, first.id, plain, purpose),
    open: (sealed, purpose) => open(known, sealed, purpose),
    digest: (plain, purpose) =>
      createHmac('sha256', known.get(first.id)!).update(`${purpose}\0${plain}`).digest('hex').slice(0, 16),
  };
}

function seal(key: KeyObject, id: string, plain: string, purpose: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), Buffer.from(id, 'hex'), nonce, cipher.getAuthTag(), body]).toString('base64url');
}

function open(known: ReadonlyMap<string, KeyObject>, sealed: string, purpose: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.byteLength < HEAD || bytes[0] !== VERSION || bytes.toString('base64url') !== sealed) return undefined;
  const key = known.get(bytes.toString('hex', 1, 5));
  if (!key) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(5, 17));
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(17, HEAD));
  try {
    return decipher.update(bytes.subarray(HEAD), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
