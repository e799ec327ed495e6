import type { EventBus } from '../../model/index.ts';
import { notImplemented } from './refusals.ts';

/** A bus as DescribeEventBus and ListEventBuses show it. */
export function shownBus({ name, arn, description, policy, created, modified }: EventBus) {
  return {
    Name: name,
    Arn: arn,
    ...(description === undefined ? {} : { Description: description }),
    ...(policy === undefined ? {} : { Policy: JSON.stringify(policy) }),
    ...(created === 0 ? {} : { CreationTime: new Date(created) }),
    ...(modified === 0 ? {} : { LastModifiedTime: new Date(modified) }),
  };
}

/** Settings of a bus that would not be enforced. Throws NotImplemented 501; AWS's defaults pass. */
export function refuseBusSettings(input: {
  readonly EventSourceName?: string | undefined;
  readonly KmsKeyIdentifier?: string | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
  readonly LogConfig?: { readonly Level?: string | undefined } | undefined;
}): void {
  if (input.EventSourceName !== undefined) throw notImplemented('EventSourceName');
  if (input.KmsKeyIdentifier) throw notImplemented('KmsKeyIdentifier');
  if (input.DeadLetterConfig?.Arn !== undefined) throw notImplemented('DeadLetterConfig of an event bus');
  if ((input.LogConfig?.Level ?? 'OFF') !== 'OFF') throw notImplemented(`LogConfig.Level ${input.LogConfig?.Level}`);
}
