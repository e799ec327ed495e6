import { createHash } from 'node:crypto';
import type { _Object, CommonPrefix, Owner } from '@aws-sdk/client-s3';
import { formEncode } from '../../model/index.ts';
import type { StoredObject } from './collections.ts';
import { quoted, wholeSeconds } from './object-description.ts';
import { invalidArgument } from './refusals.ts';

/** Writes names in a list; what is undefined stays so. */
export type NameWriter = <T extends string | undefined>(name: T) => T;

/** Names as they are, or form-encoded with encoding-type=url. Throws InvalidArgument for other types. */
export function nameWriter(encodingType: string | undefined): NameWriter {
  if (encodingType === undefined) return (name) => name;
  if (encodingType !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  return ((name?: string) => (name === undefined ? undefined : formEncode(name))) as NameWriter;
}

/** The `Contents` of a list; owner only where the protocol shows it. */
export function listEntry(object: StoredObject, name: (key: string) => string, owner: boolean): _Object {
  return {
    Key: name(object.key),
    LastModified: wholeSeconds(object.modified),
    ETag: quoted(object.etag),
    ChecksumAlgorithm: [object.checksum.algorithm],
    ChecksumType: object.checksum.type,
    Size: object.size,
    StorageClass: 'STANDARD',
    ...(owner ? { Owner: ownerOf(object.owner) } : {}),
  };
}

export function prefixEntries(prefixes: readonly string[], name: (key: string) => string): CommonPrefix[] {
  return prefixes.map((prefix) => ({ Prefix: name(prefix) }));
}

/** An account as S3 shows owners: a canonical user id of 64 hex digits, here the hash of the account's number. */
export function ownerOf(account: string): Owner {
  return { ID: createHash('sha256').update(`s3:${account}`).digest('hex') };
}

/** max-keys and its kin: 0 to 1,000, 1,000 by default. Throws InvalidArgument. */
export function listLimit(given: number | undefined, name: string): number {
  if (given === undefined) return 1000;
  if (given < 0 || given > 2 ** 31 - 1)
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
  return Math.min(given, 1000);
}

/** A continuation token: opaque to clients, the last entry to us. */
export function writeToken(last: string): string {
  return Buffer.from(`1${last}`).toString('base64url');
}

/** Throws InvalidArgument for a token that was not written here. */
export function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.length < 2 || !text.startsWith('1') || writeToken(text.slice(1)) !== token)
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  return text.slice(1);
}
