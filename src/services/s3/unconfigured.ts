import type { Operation, OperationContext } from '../../model/index.ts';
import { notConfigured, readSetting, writeSetting } from './bucket-setting.ts';
import { currentObject, type ObjectInput } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { type BucketInput, ownedBucket } from './owned-bucket.ts';
import { invalidRequest, malformedXml, notImplemented } from './refusals.ts';

type Input = BucketInput & Readonly<Record<string, unknown>>;
type Answer = (input: Input) => object;

/**
 * Sub-resources that cannot be configured here (spec/backends.md §2.2): reads answer AWS's "not configured", writing AWS's default back is
 * accepted, and everything else is refused by name (DESIGN §6).
 */
const ANSWERS: Readonly<Record<string, Answer>> = {
  GetBucketEncryption: () => ({ ServerSideEncryptionConfiguration: { Rules: [DEFAULT_ENCRYPTION] } }),
  PutBucketEncryption: ({ ServerSideEncryptionConfiguration }) => refuseKeys(ServerSideEncryptionConfiguration as Encryption),
  DeleteBucketEncryption: () => ({}),
  GetBucketWebsite: missing('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  DeleteBucketWebsite: () => ({}),
  GetBucketReplication: missing('ReplicationConfigurationNotFoundError', 'The replication configuration was not found'),
  DeleteBucketReplication: () => ({}),
  GetBucketLogging: () => ({}),
  PutBucketLogging: ({ BucketLoggingStatus }) => {
    if ((BucketLoggingStatus as { LoggingEnabled?: unknown } | undefined)?.LoggingEnabled) throw notImplemented('Access logging');
    return {};
  },
  GetBucketRequestPayment: () => ({ Payer: 'BucketOwner' }),
  PutBucketRequestPayment: ({ RequestPaymentConfiguration }) => {
    const payer = (RequestPaymentConfiguration as { Payer?: string } | undefined)?.Payer;
    if (payer === undefined) throw malformedXml();
    if (payer !== 'BucketOwner') throw notImplemented(`Payer ${payer}`);
    return {};
  },
  GetObjectLockConfiguration: missing(
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ),
  GetBucketAnalyticsConfiguration: missing('NoSuchConfiguration', 'The specified configuration does not exist.'),
  GetBucketIntelligentTieringConfiguration: missing('NoSuchConfiguration', 'The specified configuration does not exist.'),
  GetBucketInventoryConfiguration: missing('NoSuchConfiguration', 'The specified configuration does not exist.'),
  GetBucketMetricsConfiguration: missing('NoSuchConfiguration', 'The specified configuration does not exist.'),
  ListBucketAnalyticsConfigurations: () => ({ IsTruncated: false }),
  ListBucketIntelligentTieringConfigurations: () => ({ IsTruncated: false }),
  ListBucketInventoryConfigurations: () => ({ IsTruncated: false }),
  ListBucketMetricsConfigurations: () => ({ IsTruncated: false }),
};

/** All operations of sub-resources that have only AWS's default. */
export function unconfigured(deps: S3Deps): Record<string, Operation> {
  const table: Record<string, Operation<Input>> = {
    GetBucketAccelerateConfiguration: getAcceleration(deps),
    PutBucketAccelerateConfiguration: putAcceleration(deps),
    GetObjectRetention: unlocked(deps),
    GetObjectLegalHold: unlocked(deps),
  };
  for (const [name, answer] of Object.entries(ANSWERS)) {
    table[name] = async (input: Input, context: OperationContext) => {
      await ownedBucket(deps.store.read, input, context);
      return answer(input);
    };
  }
  return table as Record<string, Operation>;
}

const DEFAULT_ENCRYPTION = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false };

function missing(code: string, message: string): Answer {
  return ({ Bucket }) => {
    throw notConfigured(code, message, Bucket);
  };
}

interface Encryption {
  readonly Rules?: readonly {
    readonly ApplyServerSideEncryptionByDefault?: { readonly SSEAlgorithm?: string; readonly KMSMasterKeyID?: string };
    readonly BucketKeyEnabled?: boolean;
  }[];
}

function refuseKeys(given: Encryption | undefined): object {
  const [rule, ...others] = given?.Rules ?? [];
  if (!rule || others.length > 0) throw malformedXml();
  const { SSEAlgorithm, KMSMasterKeyID } = rule.ApplyServerSideEncryptionByDefault ?? {};
  if (SSEAlgorithm !== 'AES256' || KMSMasterKeyID !== undefined) throw notImplemented(`Encryption with ${SSEAlgorithm}`);
  if (rule.BucketKeyEnabled) throw notImplemented('A bucket key');
  return {};
}

/** Suspended is the same as never set, and tools want to read it back. */
function getAcceleration(deps: S3Deps): Operation<Input> {
  return async (input, context) => {
    const status = await readSetting(deps, 'acceleration', { input, context });
    return status === undefined ? {} : { Status: status };
  };
}

function putAcceleration(deps: S3Deps): Operation<Input> {
  return async (input, context) => {
    const status = (input.AccelerateConfiguration as { Status?: string } | undefined)?.Status;
    if (status === undefined) throw malformedXml();
    if (status !== 'Suspended') throw notImplemented('Transfer acceleration');
    await writeSetting(deps, { kind: 'acceleration', value: status }, { input, context });
    return {};
  };
}

function unlocked(deps: S3Deps): Operation<Input> {
  return async (input, context) => {
    await currentObject(deps.store.read, input as unknown as ObjectInput, context);
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  };
}
