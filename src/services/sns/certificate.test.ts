import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { selfSignedCertificate } from './certificate.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const make = (serial: string, notAfter = Date.UTC(2049, 11, 31)) =>
  new X509Certificate(
    selfSignedCertificate({ privateKey, commonName: 'a name', notBefore: Date.UTC(2026, 0, 2, 3, 4, 5), notAfter, serial }),
  );

test('a certificate says what it was given and is signed by itself', () => {
  const certificate = make('0f');
  assert.deepEqual([certificate.subject, certificate.issuer], ['CN=a name', 'CN=a name']);
  assert.equal(certificate.validFromDate.toISOString(), '2026-01-02T03:04:05.000Z');
  assert.ok(certificate.checkPrivateKey(privateKey) && certificate.verify(certificate.publicKey));
});

test('serials with leading zeros and high bits, and years after 2049, are written as DER wants them', () => {
  for (const serial of ['01', '0012', '7f', '80', 'ff00', '00000000000000000000000000000080'])
    assert.equal(BigInt(`0x${make(serial).serialNumber}`), BigInt(`0x${serial}`));
  assert.equal(make('01', Date.UTC(2050, 0, 1)).validToDate.toISOString(), '2050-01-01T00:00:00.000Z');
});
