import { isFailure, type Transaction, withDeadline } from '../../kernel/index.ts';
import {
  invalidParameter,
  type Place,
  requestTooLarge,
  STORED_ZIP,
  type StoredZip,
  settingNotImplemented,
} from '../../model/index.ts';
import type { StoredCode } from './collections.ts';
import type { Lambda } from './deps.ts';

const DIRECT_BYTES = 52_428_800;
export const UNPACKED_BYTES = 262_144_000;
const PREPARE_MS = 120_000;

/** Where a zip comes from; FunctionCode, UpdateFunctionCode and LayerVersionContentInput all have these members. */
export interface CodeInput {
  readonly ZipFile?: Uint8Array;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly S3ObjectVersion?: string;
  readonly S3ObjectStorageMode?: string;
  readonly SourceKMSKeyArn?: string;
  /** The platform's own way: a zip that is stored already. */
  readonly [STORED_ZIP]?: StoredZip;
}

/** A zip that was received and unpacked. store makes it durable: call it first in the transaction that refers to it, then drop. */
export interface ReceivedCode {
  readonly code: StoredCode;
  /** Adds one reference for as long as the transaction needs one; the editions take their own. */
  readonly within: (tx: Transaction, refer: () => Promise<void>) => Promise<void>;
}

/** Receives, unpacks and so proves a zip. Throws AWS's texts for archives and S3 objects that cannot be used (spec/lambda-api.md §4.5). */
export async function receiveCode(lambda: Lambda, place: Place, input: CodeInput): Promise<ReceivedCode> {
  if (input.SourceKMSKeyArn) throw settingNotImplemented('SourceKMSKeyArn');
  if (input.S3ObjectStorageMode === 'REFERENCE') throw settingNotImplemented('S3ObjectStorageMode REFERENCE');
  const source = await sourceOf(lambda, place, input);
  const { unpackedBytes } = await unpack(lambda, source.hash);
  return {
    code: { hash: source.hash, size: source.size, unpackedBytes },
    async within(tx, refer) {
      await source.add(tx);
      await refer();
      await tx.dropBlob(source.hash);
    },
  };
}

interface Source {
  readonly hash: string;
  readonly size: number;
  readonly add: (tx: Transaction) => Promise<void>;
}

async function sourceOf(lambda: Lambda, place: Place, input: CodeInput): Promise<Source> {
  const stored = input[STORED_ZIP];
  if (stored)
    return {
      hash: stored.hash,
      size: stored.bytes,
      add: (tx) => (stored.staged ? tx.addBlob(stored.staged) : tx.linkBlob(stored.hash)),
    };
  return input.ZipFile ? fromRequest(lambda, input.ZipFile) : fromBucket(lambda, place, input);
}

async function fromRequest(lambda: Lambda, zip: Uint8Array): Promise<Source> {
  if (zip.byteLength === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
  if (zip.byteLength > DIRECT_BYTES) throw requestTooLarge(`Zipped size must be smaller than ${DIRECT_BYTES} bytes`);
  const staged = await lambda.store.blobs.stage(zip);
  return { hash: staged.hash, size: staged.size, add: (tx) => tx.addBlob(staged) };
}

async function fromBucket(lambda: Lambda, place: Place, input: CodeInput): Promise<Source> {
  if (!input.S3Bucket || !input.S3Key) throw invalidParameter('Please provide a source for function code.');
  const { hash, size } = await lambda.readObject(place, input.S3Bucket, input.S3Key, input.S3ObjectVersion).catch(unreadable);
  if (size > UNPACKED_BYTES) throw invalidParameter(`Unzipped size must be smaller than ${UNPACKED_BYTES} bytes`);
  return { hash, size, add: (tx) => tx.linkBlob(hash) };
}

const texts: Readonly<Record<string, string>> = {
  NoSuchBucket: 'The specified bucket does not exist',
  NoSuchKey: 'The specified key does not exist.',
};

function unreadable(error: unknown): never {
  if (isFailure(error) && error.fault === 'caller')
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${texts[error.code] ?? error.message}`,
    );
  throw error;
}

/** Unpacks a stored zip, unless its tree is there. Throws InvalidParameterValueException for archives that cannot be used. */
export async function unpack(lambda: Lambda, hash: string): Promise<{ readonly unpackedBytes: number }> {
  try {
    return await withDeadline(lambda.clock, PREPARE_MS, 'unpacking the code', lambda.prepareTree(hash));
  } catch (error) {
    if (isFailure(error, 'InvalidArchive'))
      throw invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
    if (isFailure(error, 'ArchiveTooLarge')) throw invalidParameter(`Unzipped size must be smaller than ${UNPACKED_BYTES} bytes`);
    throw error;
  }
}

/** Throws unless Lambda may assume the role. */
export async function checkExecutionRole(lambda: Lambda, role: string): Promise<void> {
  if ((await lambda.checkRole(role, 'lambda.amazonaws.com')) !== 'ok')
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
}
