import { parseArn } from '../../model/index.ts';
import type { Queue, QueueSettings } from './queue.ts';
import { invalidValue } from './refusals.ts';

/** The RedrivePolicy attribute (spec/backends.md §6.2). Throws InvalidParameterValue; '' is none. */
export function readRedrivePolicy(text: string | undefined): QueueSettings['redrive'] {
  if (!text) return undefined;
  const bad = (reason: string) => invalidValue(text, 'RedrivePolicy', reason);
  const policy = jsonObject(text);
  if (!policy) throw bad('Redrive policy is not a valid JSON map.');
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  for (const name of ['deadLetterTargetArn', 'maxReceiveCount'])
    if (policy[name] === undefined) throw bad(`Redrive policy does not contain mandatory attribute: ${name}.`);
  const count = typeof maxReceiveCount === 'string' ? Number(maxReceiveCount || 'none') : maxReceiveCount;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > 1000)
    throw bad(`Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`);
  if (typeof deadLetterTargetArn !== 'string' || parseArn(deadLetterTargetArn)?.service !== 'sqs')
    throw bad(`Invalid value for deadLetterTargetArn: ${deadLetterTargetArn}.`);
  return { arn: deadLetterTargetArn, maxReceiveCount: count };
}

/** As it is read back: as given, with the count as a number. */
export function showRedrivePolicy(text: string, redrive: NonNullable<QueueSettings['redrive']>): string {
  return JSON.stringify({ ...jsonObject(text), maxReceiveCount: redrive.maxReceiveCount });
}

const PERMISSIONS = ['allowAll', 'denyAll', 'byQueue'];
const MOST_SOURCES = 10;

/** Checks the RedriveAllowPolicy attribute. Throws InvalidParameterValue; '' is none. */
export function checkRedriveAllowPolicy(text: string | undefined): void {
  if (!text) return;
  const bad = (reason: string) => invalidValue(text, 'RedriveAllowPolicy', reason);
  const policy = jsonObject(text);
  if (!policy) throw bad('RedriveAllowPolicy is not a valid JSON map.');
  const { redrivePermission, sourceQueueArns } = policy;
  if (!PERMISSIONS.includes(redrivePermission as string))
    throw bad(`Invalid value for redrivePermission: ${redrivePermission}, valid values are allowAll, denyAll and byQueue.`);
  if (redrivePermission !== 'byQueue') {
    if (sourceQueueArns !== undefined) throw bad('sourceQueueArns can only be specified when redrivePermission is byQueue.');
    return;
  }
  if (!Array.isArray(sourceQueueArns) || sourceQueueArns.length === 0)
    throw bad('sourceQueueArns must be specified when redrivePermission is byQueue.');
  if (sourceQueueArns.length > MOST_SOURCES) throw bad(`sourceQueueArns can contain up to ${MOST_SOURCES} ARNs.`);
  if (sourceQueueArns.some((arn) => parseArn(String(arn))?.service !== 'sqs'))
    throw bad('sourceQueueArns must be ARNs of queues.');
}

/** Whether a dead-letter queue takes messages of this source. */
export function allowsSource(target: Queue, sourceArn: string): boolean {
  const text = target.attributes.RedriveAllowPolicy;
  const policy = text ? jsonObject(text) : undefined;
  if (!policy || policy.redrivePermission === 'allowAll') return true;
  return policy.redrivePermission === 'byQueue' && (policy.sourceQueueArns as readonly string[]).includes(sourceArn);
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
