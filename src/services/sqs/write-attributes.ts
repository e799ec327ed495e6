import type { Reader } from '../../kernel/index.ts';
import { parseArn } from '../../model/index.ts';
import { queueByArn } from './find-queue.ts';
import { type Queue, queueArn } from './queue.ts';
import { mergeAttributes, readQueuePolicy, settingsOf } from './queue-attributes.ts';
import { allowsSource } from './redrive-policies.ts';
import { invalidValue } from './refusals.ts';

/** A queue with given attributes set and all that follows from them; the dead-letter target is looked at. Throws as mergeAttributes does. */
export async function withAttributes<Q extends Omit<Queue, 'settings'>>(
  from: Reader,
  queue: Q,
  given: Readonly<Record<string, string>>,
): Promise<Q & Pick<Queue, 'settings'>> {
  const attributes = mergeAttributes(queue.attributes, given, queue.fifo);
  const { policy: _policy, deadLetterArn: _arn, ...rest } = queue as Q & Queue;
  const settings = settingsOf(attributes);
  const policy = readQueuePolicy(attributes.Policy);
  const next = {
    ...rest,
    attributes,
    settings,
    ...(policy === undefined ? {} : { policy }),
    ...(settings.redrive ? { deadLetterArn: settings.redrive.arn } : {}),
  } as unknown as Q & Pick<Queue, 'settings'>;
  if (given.RedrivePolicy) await checkTarget(from, next, given.RedrivePolicy);
  return next;
}

async function checkTarget(from: Reader, queue: Omit<Queue, 'attributes'>, text: string): Promise<void> {
  const { redrive } = queue.settings;
  if (!redrive) return;
  const bad = (reason: string) => invalidValue(text, 'RedrivePolicy', reason);
  const { account, region } = parseArn(redrive.arn)!;
  if (account !== queue.account || region !== queue.region)
    throw bad('Dead letter target must be in the same account and region as the source queue.');
  if (redrive.arn === queueArn(queue)) throw bad('Dead letter target must not be the source queue itself.');
  const target = await queueByArn(from, redrive.arn);
  if (!target) throw bad('Dead letter target does not exist.');
  if (target.fifo !== queue.fifo) throw bad('Dead-letter queue must be same type of queue as the source.');
  if (!allowsSource(target, queueArn(queue)))
    throw bad('Dead letter target does not allow this source queue (RedriveAllowPolicy).');
}
