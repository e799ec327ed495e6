import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import { fail, type Reader } from '../../kernel/index.ts';
import { type Alarm, type Operation, parseArn } from '../../model/index.ts';
import { alarms } from './collections.ts';
import type { MonitoringDeps } from './deps.ts';
import { invalid } from './refusals.ts';

type Tags = Readonly<Record<string, string>>;
const MOST_TAGS = 50;

/** Old tags with new ones over them. Throws ValidationException beyond 50. */
export function withTags(tags: Tags, given: readonly Tag[] | undefined): Tags {
  const all = new Map(Object.entries(tags));
  for (const { Key, Value } of given ?? []) all.set(Key!, Value!);
  if (all.size > MOST_TAGS) throw invalid(`A resource can have ${MOST_TAGS} tags at most.`);
  return Object.fromEntries(all);
}

/** TagResource, of alarms: nothing else here has tags. */
export function tagResource(deps: MonitoringDeps): Operation<TagResourceInput> {
  return async ({ ResourceARN, Tags }) => {
    await deps.store.transact(async (tx) => {
      const alarm = await alarmOfArn(tx, ResourceARN!);
      await tx.put(alarms, { ...alarm, tags: withTags(alarm.tags, Tags) });
    });
    return {};
  };
}

/** UntagResource; keys that are not there are passed over. */
export function untagResource(deps: MonitoringDeps): Operation<UntagResourceInput> {
  return async ({ ResourceARN, TagKeys }) => {
    await deps.store.transact(async (tx) => {
      const alarm = await alarmOfArn(tx, ResourceARN!);
      const tags = Object.fromEntries(Object.entries(alarm.tags).filter(([key]) => !TagKeys!.includes(key)));
      await tx.put(alarms, { ...alarm, tags });
    });
    return {};
  };
}

/** ListTagsForResource. */
export function listTagsForResource(deps: MonitoringDeps): Operation<ListTagsForResourceInput, ListTagsForResourceOutput> {
  return async ({ ResourceARN }) => {
    const { tags } = await alarmOfArn(deps.store.read, ResourceARN!);
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  };
}

async function alarmOfArn(read: Reader, arn: string): Promise<Alarm> {
  const { service, account = '', region = '', resource = '' } = parseArn(arn) ?? {};
  const named = service === 'cloudwatch' && resource.startsWith('alarm:');
  const alarm = named ? await read.get(alarms, [account, region, resource.slice('alarm:'.length)]) : undefined;
  if (!alarm) {
    const fields = { ResourceType: 'alarm', ResourceId: arn };
    throw fail('ResourceNotFoundException', `Unknown resource ${arn.slice(0, 1024)}`, { status: 404, fields });
  }
  return alarm;
}
