import type {
  GetBucketNotificationConfigurationCommandInput,
  NotificationConfiguration,
  PutBucketNotificationConfigurationCommandInput,
} from '@aws-sdk/client-s3';
import { isFailure, type Transaction } from '../../kernel/index.ts';
import {
  bucketNotifications,
  checkNotificationRules,
  type NotificationRule,
  type Operation,
  type OperationContext,
  type PutTarget,
  parseArn,
} from '../../model/index.ts';
import { hostIdOf } from './change-object.ts';
import type { Bucket } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { configurationOf, rulesOf } from './notification-configuration.ts';
import { ownedBucket } from './owned-bucket.ts';
import { invalidArgument, malformedXml } from './refusals.ts';

/**
 * PutBucketNotificationConfiguration: replaces all; empty removes all (spec/backends.md §2.8, event-sources.md §1). Functions are asked for
 * their permission; queues and topics are proved by a test event, sent in the transaction that stores the configuration.
 */
export function putBucketNotificationConfiguration(deps: S3Deps): Operation<PutBucketNotificationConfigurationCommandInput> {
  return async (input, context) => {
    const given = input.NotificationConfiguration;
    if (!given) throw malformedXml();
    const rules = rulesOf(given, deps.ids);
    checkNotificationRules(rules);
    const toBus = given.EventBridgeConfiguration !== undefined;
    const checked = input.SkipDestinationValidation ? [] : targetsOf(rules);
    await checkFunctions(deps, await ownedBucket(deps.store.read, input, context), checked);
    const proofs = checked.filter(isPut).map((target) => ({ id: deps.ids.uuid(), target }));
    await deps.store.transact(async (tx) => {
      const bucket = await ownedBucket(tx, input, context);
      const { bucket: name, account, region } = bucket;
      if (rules.length > 0 || toBus)
        await tx.put(bucketNotifications, { bucket: name, account, region, rules, ...(toBus ? { toBus } : {}) });
      else await tx.delete(bucketNotifications, [name]);
      for (const proof of proofs) await prove(deps, tx, { ...proof, bucket, context });
    });
    return {};
  };
}

/** GetBucketNotificationConfiguration: filter names as AWS echoes them. */
export function getBucketNotificationConfiguration(
  deps: S3Deps,
): Operation<GetBucketNotificationConfigurationCommandInput, NotificationConfiguration> {
  return async (input, context) => {
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const stored = await deps.store.read.get(bucketNotifications, [bucket]);
    return stored ? configurationOf(stored) : {};
  };
}

type RuleTarget = NotificationRule['target'];

const isPut = (target: RuleTarget): target is RuleTarget & PutTarget => target.kind !== 'function';

/** Each target once. */
function targetsOf(rules: readonly NotificationRule[]): readonly RuleTarget[] {
  return [...new Map(rules.map(({ target }) => [target.arn, target])).values()];
}

const callerOf = ({ bucket, account }: Bucket) => ({
  service: 's3.amazonaws.com',
  sourceArn: `arn:aws:s3:::${bucket}`,
  sourceAccount: account,
});

async function checkFunctions({ mayInvoke }: S3Deps, bucket: Bucket, targets: readonly RuleTarget[]): Promise<void> {
  for (const { arn, kind } of targets) {
    const near = parseArn(arn)!.region === bucket.region && !arn.endsWith('.fifo');
    if (!near || (kind === 'function' && !(await mayInvoke(arn, callerOf(bucket))))) throw unreachable(arn);
  }
}

interface Proof {
  readonly id: string;
  readonly target: PutTarget;
  readonly bucket: Bucket;
  readonly context: OperationContext;
}

/** What a queue or topic gets when it becomes a target. Throws InvalidArgument when it is not there or does not let S3 in. */
async function prove({ put }: S3Deps, tx: Transaction, { id, target, bucket, context }: Proof): Promise<void> {
  const { now, requestId, cause } = context;
  const testEvent = {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(now).toISOString(),
    Bucket: bucket.bucket,
    RequestId: requestId,
    HostId: hostIdOf(requestId),
  };
  const item = { id, body: JSON.stringify(testEvent), time: now, caller: callerOf(bucket), ...(cause ? { cause } : {}) };
  try {
    await put(tx, target, target.kind === 'topic' ? { ...item, subject: 'Amazon S3 Notification' } : item);
  } catch (error) {
    if (REFUSALS.some((code) => isFailure(error, code))) throw unreachable(target.arn);
    throw error;
  }
}

const REFUSALS = ['TargetMissing', 'TargetRefused', 'TargetInvalid'];

function unreachable(arn: string) {
  return invalidArgument('Unable to validate the following destination configurations', arn, 'null');
}
