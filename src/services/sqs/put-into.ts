import { isFailure, platformFailure } from '../../kernel/index.ts';
import {
  type Caller,
  compilePolicy,
  type MayAct,
  type PutInto,
  type PutItem,
  parseArn,
  type Verdict,
  verdict,
} from '../../model/index.ts';
import type { SqsDeps } from './deps.ts';
import { checkSize, type Draft, draftOf, type Sendable } from './draft.ts';
import { queueByArn } from './find-queue.ts';
import { messageIdFrom } from './message-ids.ts';
import type { Posting } from './postings.ts';
import { type Queue, queueArn } from './queue.ts';
import { send } from './send.ts';

/**
 * Sends an item to a queue in dispatch's own transaction, and wakes those who wait once that is committed. Rejects with TargetMissing; TargetRefused when neither the queue's policy nor the caller's role allows it;
 * TargetInvalid when the queue can never take it (too large, no group).
 */
export function createPutInto(deps: Pick<SqsDeps, 'bells' | 'mayAct' | 'metrics'>): PutInto {
  return async (tx, arn, item) => {
    const queue = await queueByArn(tx, arn);
    if (!queue) throw platformFailure('TargetMissing', arn);
    if (!(await isAllowed(deps.mayAct, queue, item))) throw platformFailure('TargetRefused', `sqs:SendMessage on ${arn}`);
    const draft = drafted(queue, item);
    await send(tx, queue, [postingOf(draft, queue, item)]);
    deps.metrics.sent(queue, [draft.size]);
    deps.bells.ringAfter(arn);
    if (queue.settings.delayMs > 0) deps.bells.ringAt(arn, item.time + queue.settings.delayMs);
  };
}

function drafted(queue: Queue, item: PutItem): Draft {
  try {
    const draft = draftOf(sendable(item), queue);
    checkSize(draft.size, queue);
    return draft;
  } catch (error) {
    if (isFailure(error) && error.fault === 'caller') throw platformFailure('TargetInvalid', error.message, { cause: error });
    throw error;
  }
}

function postingOf(draft: Draft, queue: Queue, { caller, cause, id, time }: PutItem): Posting {
  const letter = {
    ...draft.letter,
    messageId: messageIdFrom(id, time),
    sender: 'service' in caller ? caller.service : caller.role,
    sentAt: time,
    ...(cause === undefined ? {} : { cause }),
  };
  return { queue, letter, now: time, delayMs: draft.delayMs };
}

/** The item in SendMessage's words. */
function sendable({ body, attributes, groupId, deduplicationId, traceId }: PutItem): Sendable {
  const values = Object.entries(attributes ?? {}).map(([name, { type, value }]) => [
    name,
    type.startsWith('Binary')
      ? { DataType: type, BinaryValue: Buffer.from(value, 'base64') }
      : { DataType: type, StringValue: value },
  ]);
  return {
    MessageBody: body,
    ...(values.length === 0 ? {} : { MessageAttributes: Object.fromEntries(values) }),
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
    ...(traceId === undefined
      ? {}
      : { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceId } } }),
  };
}

/**
 * A service needs the queue's policy; a role its own, and that of a queue of another account as well. What such a role's own policies say
 * was asked by who carries the item: asking here would read, inside the transaction, what it may have written.
 */
async function isAllowed(mayAct: MayAct, queue: Queue, { caller }: PutItem): Promise<boolean> {
  const resource = queueArn(queue);
  const policy = queue.policy === undefined ? undefined : compilePolicy(queue.policy, 'resource');
  const ask = (by: Caller, context: Record<string, string>): Verdict => {
    const question = { caller: by, action: 'sqs:SendMessage', resource, context: { 'aws:securetransport': 'true', ...context } };
    return policy ? verdict(policy, question) : 'none';
  };
  if ('service' in caller) {
    const { service, sourceArn, sourceAccount } = caller;
    return ask({ kind: 'service', service }, { 'aws:sourcearn': sourceArn, 'aws:sourceaccount': sourceAccount }) === 'allow';
  }
  const { account = '' } = parseArn(caller.role) ?? {};
  const said = ask({ kind: 'role', account, arn: caller.role, roleArn: caller.role, roleId: '' }, {});
  if (account !== queue.account) return said === 'allow';
  if (said === 'deny') return false;
  return mayAct(caller.role, 'sqs:SendMessage', resource);
}
