import { isFailure, platformFailure } from '../../kernel/index.ts';
import { type PutCaller, type PutInto, type PutItem, parseArn, parsePolicy, verdict } from '../../model/index.ts';
import { appendMessage } from './append-message.ts';
import { topicPolicies, topics } from './collections.ts';
import type { PublishDeps } from './deps.ts';
import { addressTo, readMessage } from './new-message.ts';
import { countPublished } from './publish.ts';
import { defaultPolicy } from './topic-attributes.ts';

/**
 * Publishes for a rule, a notification or a destination. A role was judged by who calls; a service must be allowed by the topic's policy.
 * Rejects with TargetMissing, TargetRefused, TargetInvalid.
 */
export function putInto(deps: Pick<PublishDeps, 'countTopic'>): PutInto {
  return async (tx, arn, item) => {
    const { account = '', region = '', resource = '' } = parseArn(arn) ?? {};
    const topic = await tx.get(topics, [account, region, resource]);
    if (!topic) throw platformFailure('TargetMissing', arn);
    const policy = topic.policed ? (await tx.get(topicPolicies, [arn]))?.policy : undefined;
    if (!mayPublish(policy ?? defaultPolicy(topic), arn, item.caller))
      throw platformFailure('TargetRefused', `${callerOf(item.caller)} may not publish to ${arn}`);
    await appendMessage(
      tx,
      topic,
      messageOf(item, (draft) => addressTo(topic, draft)),
      item.cause,
    );
    countPublished(deps, arn, Buffer.byteLength(item.body));
  };
}

function messageOf<T>(item: PutItem, address: (draft: ReturnType<typeof readMessage>) => T): T {
  try {
    const given = {
      Message: item.body,
      ...(item.subject === undefined ? {} : { Subject: item.subject }),
      ...(item.groupId === undefined ? {} : { MessageGroupId: item.groupId }),
      ...(item.deduplicationId === undefined ? {} : { MessageDeduplicationId: item.deduplicationId }),
    };
    const { bytes, ...draft } = readMessage(given, { messageId: item.id, now: item.time, traceId: item.traceId });
    return address({ ...draft, attributes: item.attributes ?? {}, bytes });
  } catch (error) {
    if (isFailure(error) && error.fault === 'caller') throw platformFailure('TargetInvalid', error.message);
    throw error;
  }
}

function callerOf(caller: PutCaller): string {
  return 'service' in caller ? caller.service : caller.role;
}

/** Principal `*` counts for services too: policies of old notifications name it, with the source as their condition. */
function mayPublish(text: string, arn: string, caller: PutCaller): boolean {
  if (!('service' in caller)) return true;
  const policy = parsePolicy(text, 'resource');
  const context = {
    'aws:sourcearn': caller.sourceArn,
    'aws:sourceaccount': caller.sourceAccount,
    ...(caller.sourceOwner === undefined ? {} : { 'aws:sourceowner': caller.sourceOwner }),
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': caller.service,
  };
  const question = { action: 'sns:Publish', resource: arn, context };
  const named = verdict(policy, { ...question, caller: { kind: 'service', service: caller.service } });
  const anyone = verdict(policy, { ...question, caller: { kind: 'anonymous' } });
  return named !== 'deny' && anyone !== 'deny' && (named === 'allow' || anyone === 'allow');
}
