import type {
  DeleteBucketLifecycleCommandInput,
  GetBucketLifecycleConfigurationCommandInput,
  LifecycleRule,
  PutBucketLifecycleConfigurationCommandInput,
} from '@aws-sdk/client-s3';
import { type GivenLifecycleRule, type Operation, readLifecycleRules } from '../../model/index.ts';
import { notConfigured } from './bucket-setting.ts';
import { buckets, type Lifecycle, lifecycles } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';
import { malformedXml } from './refusals.ts';

const DEFAULT_MINIMUM = 'all_storage_classes_128K';

/** GetBucketLifecycleConfiguration. Throws NoSuchLifecycleConfiguration 404. */
export function getBucketLifecycleConfiguration(deps: S3Deps): Operation<GetBucketLifecycleConfigurationCommandInput> {
  return async (input, context) => {
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const stored = await deps.store.read.get(lifecycles, [bucket]);
    if (!stored) throw notConfigured('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', bucket);
    return { Rules: stored.rules.map(shown), TransitionDefaultMinimumObjectSize: stored.minimum };
  };
}

/**
 * PutBucketLifecycleConfiguration: replaces all; the sweep enforces it (lifecycle-sweep.ts). The default minimum size is of transitions only, of which there
 * are none, so either may be kept. Throws MalformedXML, InvalidArgument, InvalidRequest; NotImplemented 501 for transitions.
 */
export function putBucketLifecycleConfiguration(deps: S3Deps): Operation<PutBucketLifecycleConfigurationCommandInput> {
  return async (input, context) => {
    const minimum = input.TransitionDefaultMinimumObjectSize ?? DEFAULT_MINIMUM;
    if (minimum !== DEFAULT_MINIMUM && minimum !== 'varies_by_storage_class') throw malformedXml();
    const given = (input.LifecycleConfiguration?.Rules ?? []) as readonly GivenLifecycleRule[];
    const rules = given.map((rule) => kept({ ...rule, ID: rule.ID || deps.ids.uuid() }));
    readLifecycleRules(rules);
    const changed = deps.ids.uuid();
    await deps.store.transact(async (tx) => {
      const row = await ownedBucket(tx, input, context);
      const { bucket, region } = row;
      const lifecycle: Lifecycle = { bucket, region, rules, minimum, changed, swept: 0 };
      await tx.put(lifecycles, lifecycle);
      if (!row.expires) await tx.put(buckets, { ...row, expires: true });
    });
    return { TransitionDefaultMinimumObjectSize: minimum };
  };
}

/** DeleteBucketLifecycle. */
export function deleteBucketLifecycle(deps: S3Deps): Operation<DeleteBucketLifecycleCommandInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { expires, ...row } = await ownedBucket(tx, input, context);
      if (!expires) return;
      await tx.delete(lifecycles, [row.bucket]);
      await tx.put(buckets, row);
    });
    return {};
  };
}

/** As JSON keeps it: dates are texts. */
function kept(rule: GivenLifecycleRule): GivenLifecycleRule {
  const { Expiration: expiration } = rule;
  if (!expiration?.Date) return rule;
  const date = new Date(expiration.Date);
  return { ...rule, Expiration: { ...expiration, Date: Number.isNaN(date.getTime()) ? 'none' : date.toISOString() } };
}

function shown(rule: GivenLifecycleRule): LifecycleRule {
  const { Expiration: expiration } = rule;
  const dated = expiration?.Date ? { ...rule, Expiration: { ...expiration, Date: new Date(expiration.Date) } } : rule;
  return dated as LifecycleRule;
}
