import type { GetShardIteratorCommandInput, GetShardIteratorCommandOutput } from '@aws-sdk/client-dynamodb-streams';
import { fail, type Position } from '../../kernel/index.ts';
import { changeTopic, type Operation, sequencePosition, type TableStream } from '../../model/index.ts';
import type { StreamsDeps } from './deps.ts';
import { shardOf } from './found.ts';
import { iteratorToken } from './iterator-token.ts';

/** GetShardIterator: the iterator can be used for 15 minutes. */
export function getShardIterator(
  deps: StreamsDeps,
): Operation<GetShardIteratorCommandInput, Omit<GetShardIteratorCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const stream = await shardOf(deps.store.read, input.StreamArn, input.ShardId);
    const { first, next } = await deps.store.read.bounds(changeTopic.name, stream.lane);
    const position = positionOf(input, stream, { first: Math.max(first, stream.first), next: stream.end ?? next });
    const { shardId } = stream;
    return { ShardIterator: iteratorToken({ streamArn: input.StreamArn!, shardId, position, made: context.now }) };
  };
}

function positionOf(
  { ShardIteratorType: type, SequenceNumber: sequence }: GetShardIteratorCommandInput,
  stream: TableStream,
  { first, next }: { first: Position; next: Position },
): Position {
  if (type === 'TRIM_HORIZON') return first;
  if (type === 'LATEST') return next;
  if (sequence === undefined) throw fail('ValidationException', `SequenceNumber is required when ShardIteratorType is ${type}`);
  const position = sequencePosition(sequence);
  if (position === undefined || position < stream.first || position > next)
    throw fail('ValidationException', `Invalid SequenceNumber ${sequence} for shard ${stream.shardId}`);
  if (position < first)
    throw fail('TrimmedDataAccessException', 'The operation attempted to read past the oldest stream record in a shard.');
  return type === 'AFTER_SEQUENCE_NUMBER' ? position + 1 : position;
}
