import type {
  AccessControlPolicy,
  GetBucketAclCommandInput,
  GetObjectAclCommandInput,
  PutBucketAclCommandInput,
  PutObjectAclCommandInput,
} from '@aws-sdk/client-s3';
import { fail } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { currentObject } from './current-object.ts';
import type { S3Deps } from './deps.ts';
import { ownerOf } from './list-entries.ts';
import { ownedBucket } from './owned-bucket.ts';
import { refuseAcl } from './refusals.ts';

/** GetBucketAcl: its owner, with full control, alone. */
export function getBucketAcl(deps: S3Deps): Operation<GetBucketAclCommandInput> {
  return async (input, context) => ownersAlone((await ownedBucket(deps.store.read, input, context)).account);
}

/** GetObjectAcl: the same. */
export function getObjectAcl(deps: S3Deps): Operation<GetObjectAclCommandInput> {
  return async (input, context) => ownersAlone((await currentObject(deps.store.read, input, context)).owner);
}

/** PutBucketAcl: only what holds anyway. Throws AccessControlListNotSupported. */
export function putBucketAcl(deps: S3Deps): Operation<PutBucketAclCommandInput> {
  return async (input, context) => {
    const { account } = await ownedBucket(deps.store.read, input, context);
    refuseAcl(input);
    refusePolicy(input.AccessControlPolicy, account);
    return {};
  };
}

/** PutObjectAcl: the same. */
export function putObjectAcl(deps: S3Deps): Operation<PutObjectAclCommandInput> {
  return async (input, context) => {
    const { owner } = await currentObject(deps.store.read, input, context);
    refuseAcl(input);
    refusePolicy(input.AccessControlPolicy, owner);
    return {};
  };
}

function ownersAlone(account: string) {
  const owner = ownerOf(account);
  return {
    Owner: owner,
    Grants: [{ Grantee: { ...owner, Type: 'CanonicalUser' as const }, Permission: 'FULL_CONTROL' as const }],
  };
}

function refusePolicy(policy: AccessControlPolicy | undefined, account: string): void {
  const { ID } = ownerOf(account);
  const others = policy?.Grants?.some(({ Grantee, Permission }) => Grantee?.ID !== ID || Permission !== 'FULL_CONTROL');
  if (others) throw fail('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}
