import type { DecreaseStreamRetentionPeriodInput, IncreaseStreamRetentionPeriodInput } from '@aws-sdk/client-kinesis';
import type { Operation, OperationContext } from '../../model/index.ts';
import { type Stream, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { arnOf, invalidArgument, streamNamed, streamRef } from './found.ts';

const LEAST_HOURS = 24;
const MOST_HOURS = 8760;

type Way = 'Increase' | 'Decrease';
type Input = (IncreaseStreamRetentionPeriodInput | DecreaseStreamRetentionPeriodInput) & { readonly way: Way };

/** IncreaseStreamRetentionPeriod; to what it is already is no error (spec/backends.md §5). */
export function increaseStreamRetentionPeriod(deps: KinesisDeps): Operation<IncreaseStreamRetentionPeriodInput> {
  return (input, context) => change(deps, { ...input, way: 'Increase' }, context);
}

/** DecreaseStreamRetentionPeriod: what is older goes with the next sweep. */
export function decreaseStreamRetentionPeriod(deps: KinesisDeps): Operation<DecreaseStreamRetentionPeriodInput> {
  return (input, context) => change(deps, { ...input, way: 'Decrease' }, context);
}

async function change(deps: KinesisDeps, input: Input, context: OperationContext): Promise<object> {
  const hours = input.RetentionPeriodHours!;
  const ref = streamRef(input, context);
  await deps.store.transact(async (tx) => {
    const stream = await streamNamed(tx, ref);
    if (hours < LEAST_HOURS)
      throw invalidArgument(
        `Minimum allowed retention period is ${LEAST_HOURS} hours. Requested retention period (${hours} hours) is too short.`,
      );
    if (hours > MOST_HOURS)
      throw invalidArgument(
        `Maximum allowed retention period is ${MOST_HOURS} hours. Requested retention period (${hours} hours) is too long.`,
      );
    checkDirection(stream, hours, input.way);
    await tx.put(streams, { ...stream, retentionHours: hours });
  });
  deps.watchers.changed(arnOf(ref));
  return {};
}

function checkDirection({ name, retentionHours }: Stream, hours: number, way: Way): void {
  if (way === 'Increase' ? hours >= retentionHours : hours <= retentionHours) return;
  const [word, other] = way === 'Increase' ? ['shorter', 'Decrease'] : ['longer', 'Increase'];
  throw invalidArgument(
    `Requested retention period (${hours} hours) for stream ${name} can not be ${word} than existing retention period (${retentionHours} hours). Use ${other}RetentionPeriod API.`,
  );
}
