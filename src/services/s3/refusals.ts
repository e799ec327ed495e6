import { type Failure, type FailureOptions, fail } from '../../kernel/index.ts';
import { headerNotImplemented } from '../../model/index.ts';

export function noSuchBucket(bucket: string): Failure {
  return fail('NoSuchBucket', 'The specified bucket does not exist', { status: 404, fields: { BucketName: bucket } });
}

export function noSuchKey(key: string, headers: Record<string, string> = {}): Failure {
  return fail('NoSuchKey', 'The specified key does not exist.', { status: 404, fields: { Key: key }, headers });
}

export function noSuchVersion(key: string, id: string): Failure {
  return fail('NoSuchVersion', 'The specified version does not exist.', { status: 404, fields: { Key: key, VersionId: id } });
}

export function noSuchUpload(upload: string): Failure {
  return fail(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { status: 404, fields: { UploadId: upload } },
  );
}

export function accessDenied(): Failure {
  return fail('AccessDenied', 'Access Denied', { status: 403 });
}

export function malformedXml(): Failure {
  return fail('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
}

export function invalidRequest(message: string, options?: FailureOptions): Failure {
  return fail('InvalidRequest', message, options);
}

export function invalidArgument(message: string, name: string, value: unknown): Failure {
  return fail('InvalidArgument', message, { fields: { ArgumentName: name, ArgumentValue: String(value ?? '') } });
}

export function notImplemented(what: string): Failure {
  return fail('NotImplemented', `${what} is not implemented`, { status: 501, fault: 'caller' });
}

/** Members of inputs that no operation here can honour, and the header that carries each. */
const WITHHELD: Readonly<Record<string, string>> = {
  SSECustomerAlgorithm: 'x-amz-server-side-encryption-customer-algorithm',
  SSECustomerKey: 'x-amz-server-side-encryption-customer-key',
  CopySourceSSECustomerAlgorithm: 'x-amz-copy-source-server-side-encryption-customer-algorithm',
  CopySourceSSECustomerKey: 'x-amz-copy-source-server-side-encryption-customer-key',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  SSEKMSEncryptionContext: 'x-amz-server-side-encryption-context',
  WebsiteRedirectLocation: 'x-amz-website-redirect-location',
  WriteOffsetBytes: 'x-amz-write-offset-bytes',
  IfMatchInitiatedTime: 'x-amz-if-match-initiated-time',
  IfMatchLastModifiedTime: 'x-amz-if-match-last-modified-time',
  IfMatchSize: 'x-amz-if-match-size',
  OptionalObjectAttributes: 'x-amz-optional-object-attributes',
};

const STORAGE_CLASSES = [
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'OUTPOSTS',
  'GLACIER_IR',
  'SNOW',
  'EXPRESS_ONEZONE',
  'FSX_OPENZFS',
  'FSX_ONTAP',
];

/** What writes may ask for and what only the default of is kept here. */
export interface Wishes {
  readonly ACL?: string;
  readonly GrantFullControl?: string;
  readonly GrantRead?: string;
  readonly GrantReadACP?: string;
  readonly GrantWriteACP?: string;
  readonly StorageClass?: string;
  readonly ServerSideEncryption?: string;
  readonly BucketKeyEnabled?: boolean;
  readonly ObjectLockMode?: string;
  readonly ObjectLockRetainUntilDate?: Date;
  readonly ObjectLockLegalHoldStatus?: string;
}

/** Refuses by name every wish that would not be kept; AWS's defaults pass (DESIGN §6). Throws NotImplemented, InvalidStorageClass, … */
export function refuseUnkept(input: Wishes): void {
  for (const [member, header] of Object.entries(WITHHELD))
    if ((input as Record<string, unknown>)[member] !== undefined) throw headerNotImplemented(header);
  refuseAcl(input);
  const { StorageClass, ServerSideEncryption } = input;
  if (StorageClass !== undefined && StorageClass !== 'STANDARD') {
    if (STORAGE_CLASSES.includes(StorageClass)) throw headerNotImplemented('x-amz-storage-class');
    throw fail('InvalidStorageClass', 'The storage class you specified is not valid');
  }
  if (ServerSideEncryption !== undefined && ServerSideEncryption !== 'AES256') {
    if (ServerSideEncryption.startsWith('aws:')) throw headerNotImplemented('x-amz-server-side-encryption');
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      ServerSideEncryption,
    );
  }
  if (input.BucketKeyEnabled) throw headerNotImplemented('x-amz-server-side-encryption-bucket-key-enabled');
  if (input.ObjectLockMode ?? input.ObjectLockRetainUntilDate ?? input.ObjectLockLegalHoldStatus)
    throw invalidRequest('Bucket is missing Object Lock Configuration');
}

/** Buckets belong to their owner alone, as with AWS's default BucketOwnerEnforced: ACLs that say anything else are refused. */
export function refuseAcl(input: Wishes): void {
  const { ACL, GrantFullControl, GrantRead, GrantReadACP, GrantWriteACP } = input;
  const granted = GrantFullControl ?? GrantRead ?? GrantReadACP ?? GrantWriteACP;
  if (granted !== undefined || (ACL !== undefined && !['private', 'bucket-owner-full-control'].includes(ACL)))
    throw fail('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}
