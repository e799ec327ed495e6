import type {
  DeleteBucketOwnershipControlsCommandInput,
  GetBucketOwnershipControlsCommandInput,
  PutBucketOwnershipControlsCommandInput,
} from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import { notConfigured, readSetting, writeSetting } from './bucket-setting.ts';
import type { S3Deps } from './deps.ts';
import { malformedXml, notImplemented } from './refusals.ts';

const KIND = 'ownership';

/** GetBucketOwnershipControls. Throws OwnershipControlsNotFoundError 404. */
export function getBucketOwnershipControls(deps: S3Deps): Operation<GetBucketOwnershipControlsCommandInput> {
  return async (input, context) => {
    const ownership = await readSetting(deps, KIND, { input, context });
    if (ownership === undefined)
      throw notConfigured('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', input.Bucket);
    return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
  };
}

/** PutBucketOwnershipControls: BucketOwnerEnforced, for there are no ACLs here; the other two are refused by name. */
export function putBucketOwnershipControls(deps: S3Deps): Operation<PutBucketOwnershipControlsCommandInput> {
  return async (input, context) => {
    const rules = input.OwnershipControls?.Rules ?? [];
    if (rules.length !== 1) throw malformedXml();
    const wanted = rules[0]!.ObjectOwnership;
    if (wanted !== 'BucketOwnerEnforced') throw notImplemented(`Object ownership ${wanted}`);
    await writeSetting(deps, { kind: KIND, value: wanted }, { input, context });
    return {};
  };
}

/** DeleteBucketOwnershipControls. */
export function deleteBucketOwnershipControls(deps: S3Deps): Operation<DeleteBucketOwnershipControlsCommandInput> {
  return async (input, context) => {
    await writeSetting(deps, { kind: KIND, value: undefined }, { input, context });
    return {};
  };
}
