import { createPublicKey, type KeyObject, sign } from 'node:crypto';

export interface CertificateFacts {
  /** RSA. */
  readonly privateKey: KeyObject;
  readonly commonName: string;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Hexadecimal; positive. */
  readonly serial: string;
}

/** A self-signed X.509 certificate (RFC 5280, version 1: no extensions) in PEM, signed with SHA-256. */
export function selfSignedCertificate({ privateKey, commonName, notBefore, notAfter, serial }: CertificateFacts): string {
  const name = sequence(set(sequence(COMMON_NAME, tagged(UTF8_STRING, Buffer.from(commonName)))));
  const algorithm = sequence(SHA256_WITH_RSA, tagged(NULL, Buffer.alloc(0)));
  const subject = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const body = sequence(integer(serial), algorithm, name, sequence(time(notBefore), time(notAfter)), name, subject);
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = 0x05;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;

/** 2.5.4.3 */
const COMMON_NAME = tagged(OBJECT_IDENTIFIER, Buffer.from('550403', 'hex'));
/** 1.2.840.113549.1.1.11 */
const SHA256_WITH_RSA = tagged(OBJECT_IDENTIFIER, Buffer.from('2a864886f70d01010b', 'hex'));

/** Tag, length, content (DER). */
function tagged(tag: number, content: Uint8Array): Buffer {
  const size = content.byteLength;
  if (size < 0x80) return Buffer.concat([Buffer.of(tag, size), content]);
  const hex = size.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.byteLength), length, content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(SEQUENCE, Buffer.concat(parts));
}

function set(...parts: readonly Uint8Array[]): Buffer {
  return tagged(SET, Buffer.concat(parts));
}

/** As short as it can be, with a leading zero where it would be negative. */
function integer(hex: string): Buffer {
  const short = BigInt(`0x${hex}`).toString(16);
  const bytes = Buffer.from(short.length % 2 === 0 ? short : `0${short}`, 'hex');
  return tagged(INTEGER, bytes[0]! & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

function bits(content: Uint8Array): Buffer {
  return tagged(BIT_STRING, Buffer.concat([Buffer.of(0), content]));
}

/** Two digits of the year until 2049, four from then on, as RFC 5280 asks. */
function time(ms: number): Buffer {
  const digits = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const early = Number(digits.slice(0, 4)) < 2050;
  return tagged(early ? UTC_TIME : GENERALIZED_TIME, Buffer.from(early ? digits.slice(2) : digits));
}
