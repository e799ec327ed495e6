import { createHash, createPublicKey } from 'node:crypto';
import { platformFailure } from '../../kernel/index.ts';

export interface SshPublicKey {
  readonly algorithm: string;
  /** `SHA256:…` without padding, as ssh-keygen -l shows it. */
  readonly fingerprint: string;
  readonly comment: string;
}

const LONGEST_LINE = 8 * 1024;
const LEAST_RSA_BITS = 2048;
const MOST_RSA_BITS = 16_384;

/** SHA-256 of a key as SSH sends it (RFC 4253 §6.6). */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** One line of a `.pub` file: ed25519, ecdsa, or rsa of at least 2048 bits. Throws InvalidRequest. */
export function parseSshPublicKey(text: string): SshPublicKey {
  if (text.length > LONGEST_LINE) throw refused('it is too long');
  if (text.includes('PRIVATE KEY')) throw refused('this is a private key: keep it, and give the file that ends in .pub');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length !== 1) throw refused('give one line of a .pub file');
  const [, algorithm, base64, comment] =
    /^([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+(.*))?$/.exec(lines[0]!.trim()) ?? [];
  if (algorithm === undefined || base64 === undefined) throw refused('give one line of a .pub file, without options');
  const blob = Buffer.from(base64, 'base64');
  const fields = fieldsOf(blob);
  if (blob.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '') || fields?.[0]?.toString('latin1') !== algorithm)
    throw refused('its two parts do not fit together');
  checkKey(algorithm, fields.slice(1));
  const said = (comment ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
  return { algorithm, fingerprint: fingerprintOf(blob), comment: said };
}

function refused(why: string) {
  return platformFailure('InvalidRequest', `this SSH key cannot be used: ${why}`);
}

/** Strings of RFC 4251 §5, to the last byte; undefined when they do not add up. */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return undefined;
    const size = blob.readUInt32BE(at);
    if (at + 4 + size > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return fields;
}

const curves: Readonly<Record<string, readonly [crv: string, bytes: number]>> = {
  nistp256: ['P-256', 32],
  nistp384: ['P-384', 48],
  nistp521: ['P-521', 66],
};

function checkKey(algorithm: string, fields: readonly Buffer[]): void {
  const curve = /^ecdsa-sha2-(nistp\d{3})$/.exec(algorithm)?.[1];
  if (algorithm === 'ssh-ed25519') checkEd25519(fields);
  else if (algorithm === 'ssh-rsa') checkRsa(fields);
  else if (curve !== undefined && Object.hasOwn(curves, curve)) checkEcdsa(curve, fields);
  else throw refused(`${algorithm} is not among ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521 and ssh-rsa`);
}

function checkEd25519(fields: readonly Buffer[]): void {
  if (fields.length !== 1 || fields[0]!.length !== 32) throw refused('it is no ed25519 key');
}

function checkRsa(fields: readonly Buffer[]): void {
  const [exponent, modulus] = fields.map((field) => BigInt(`0x0${field.toString('hex')}`));
  if (fields.length !== 2 || fields.some((field) => field.length === 0 || field[0]! > 127)) throw refused('it is no RSA key');
  const bits = modulus!.toString(2).length;
  if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS)
    throw refused(`an RSA key has ${LEAST_RSA_BITS} to ${MOST_RSA_BITS} bits, this has ${bits}`);
  if (exponent! < 3n || exponent! % 2n === 0n || modulus! % 2n === 0n) throw refused('it is no RSA key');
}

/** The point must lie on its curve. */
function checkEcdsa(name: string, [curve, point, ...rest]: readonly Buffer[]): void {
  const [crv, bytes] = curves[name]!;
  const fits = curve?.toString('latin1') === name && point?.length === 1 + 2 * bytes && point[0] === 4 && rest.length === 0;
  if (!fits) throw refused('it is no ECDSA key');
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)].map((half) => half.toString('base64url'));
  try {
    createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x: x!, y: y! } });
  } catch {
    throw refused('its point is not on the curve');
  }
}
