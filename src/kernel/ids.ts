import { randomBytes, randomUUID } from 'node:crypto';

/** Randomness as an argument: `model` is pure, tests are deterministic. */
export interface Ids {
  uuid(): string;
  /** n random bytes in lower-case hex (2n characters). */
  hex(bytes: number): string;
  /** n characters of A–Z2–7, as in AWS's AROA…/ASIA… ids. */
  base32(characters: number): string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const randomIds: Ids = {
  uuid: () => randomUUID(),
  hex: (bytes) => randomBytes(bytes).toString('hex'),
  base32: (characters) => Array.from(randomBytes(characters), (byte) => ALPHABET[byte & 31]).join(''),
};
