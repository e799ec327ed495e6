import type {
  GetBucketNotificationConfigurationCommandInput,
  LambdaFunctionConfiguration,
  NotificationConfigurationFilter,
  PutBucketNotificationConfigurationCommandInput,
} from '@aws-sdk/client-s3';
import type { Ids } from '../../kernel/index.ts';
import {
  bucketNotifications,
  checkNotificationRules,
  type MayInvoke,
  type NotificationRule,
  type Operation,
  parseArn,
} from '../../model/index.ts';
import type { Bucket } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';
import { invalidArgument, malformedXml, notImplemented } from './refusals.ts';

/** PutBucketNotificationConfiguration: replaces all; empty removes all (spec/backends.md §2.8, event-sources.md §1). */
export function putBucketNotificationConfiguration(deps: S3Deps): Operation<PutBucketNotificationConfigurationCommandInput> {
  return async (input, context) => {
    const given = input.NotificationConfiguration;
    if (!given) throw malformedXml();
    if (given.TopicConfigurations?.length) throw notImplemented('A topic as the target of notifications');
    if (given.QueueConfigurations?.length) throw notImplemented('A queue as the target of notifications');
    if (given.EventBridgeConfiguration) throw notImplemented('EventBridge as the target of notifications');
    const rules = (given.LambdaFunctionConfigurations ?? []).map((one) => ruleOf(one, deps.ids));
    checkNotificationRules(rules);
    const bucket = await ownedBucket(deps.store.read, input, context);
    if (!input.SkipDestinationValidation) await checkTargets(deps.mayInvoke, bucket, rules);
    await deps.store.transact(async (tx) => {
      const { bucket: name, account, region } = await ownedBucket(tx, input, context);
      if (rules.length > 0) await tx.put(bucketNotifications, { bucket: name, account, region, rules });
      else await tx.delete(bucketNotifications, [name]);
    });
    return {};
  };
}

/** GetBucketNotificationConfiguration: filter names as AWS echoes them. */
export function getBucketNotificationConfiguration(deps: S3Deps): Operation<GetBucketNotificationConfigurationCommandInput> {
  return async (input, context) => {
    const { bucket } = await ownedBucket(deps.store.read, input, context);
    const stored = await deps.store.read.get(bucketNotifications, [bucket]);
    return stored ? { LambdaFunctionConfigurations: stored.rules.map(configurationOf) } : {};
  };
}

function ruleOf(given: LambdaFunctionConfiguration, ids: Ids): NotificationRule {
  const arn = given.LambdaFunctionArn ?? '';
  const parsed = parseArn(arn);
  if (parsed?.service !== 'lambda' || !/^function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]{1,128})?$/.test(parsed.resource))
    throw invalidArgument('The ARN could not be parsed', 'CloudFunction', arn);
  return {
    id: given.Id ?? ids.uuid(),
    events: given.Events ?? [],
    ...filtersOf(given.Filter),
    target: { kind: 'function', arn },
  };
}

function filtersOf(filter: NotificationConfigurationFilter | undefined): { prefix?: string; suffix?: string } {
  const filters: { prefix?: string; suffix?: string } = {};
  for (const { Name = '', Value = '' } of filter?.Key?.FilterRules ?? []) {
    const name = Name.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix')
      throw invalidArgument('filter rule name must be either prefix or suffix', 'FilterRule.Name', Name);
    if (filters[name] !== undefined)
      throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`, 'FilterRule.Name', Name);
    if (Buffer.byteLength(Value) > 1024)
      throw invalidArgument(
        'Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation',
        'FilterRule.Value',
        Value,
      );
    filters[name] = Value;
  }
  return filters;
}

async function checkTargets(mayInvoke: MayInvoke, bucket: Bucket, rules: readonly NotificationRule[]): Promise<void> {
  const caller = { service: 's3.amazonaws.com', sourceArn: `arn:aws:s3:::${bucket.bucket}`, sourceAccount: bucket.account };
  for (const arn of new Set(rules.map((rule) => rule.target.arn))) {
    const reachable = parseArn(arn)!.region === bucket.region && (await mayInvoke(arn, caller));
    if (!reachable) throw invalidArgument('Unable to validate the following destination configurations', arn, 'null');
  }
}

function configurationOf({ id, events, prefix, suffix, target }: NotificationRule) {
  const FilterRules = [
    ...(prefix === undefined ? [] : [{ Name: 'Prefix', Value: prefix }]),
    ...(suffix === undefined ? [] : [{ Name: 'Suffix', Value: suffix }]),
  ];
  return {
    Id: id,
    LambdaFunctionArn: target.arn,
    Events: events,
    ...(FilterRules.length > 0 ? { Filter: { Key: { FilterRules } } } : {}),
  };
}
