import type { _Record, GetRecordsCommandInput, GetRecordsCommandOutput } from '@aws-sdk/client-dynamodb-streams';
import { fail, type StoredEvent } from '../../kernel/index.ts';
import { changeEventId, changeSequence, changeTopic, itemOf, type Operation, type TableChange } from '../../model/index.ts';
import type { StreamsDeps } from './deps.ts';
import { shardOf } from './found.ts';
import { checkFresh, iteratorToken, readIterator } from './iterator-token.ts';

const MOST_RECORDS = 1000;

/** GetRecords: up to 1,000 records or about 1 MB; the last page of a closed shard has no next iterator (spec/backends.md §4). */
export function getRecords(deps: StreamsDeps): Operation<GetRecordsCommandInput, Omit<GetRecordsCommandOutput, '$metadata'>> {
  const { read } = deps.store;
  return async (input, context) => {
    const iterator = readIterator(input.ShardIterator);
    checkFresh(iterator, context.now);
    const { streamArn, shardId, position } = iterator;
    const stream = await shardOf(read, streamArn, shardId);
    const { first } = await read.bounds(changeTopic.name, stream.lane);
    if (position < Math.min(first, stream.end ?? first))
      throw fail('TrimmedDataAccessException', 'The operation attempted to read past the oldest stream record in a shard.');
    const limit = Math.min(input.Limit ?? MOST_RECORDS, MOST_RECORDS, (stream.end ?? Number.POSITIVE_INFINITY) - position);
    const events = limit > 0 ? await read.events(changeTopic.name, stream.lane, position, limit) : [];
    const next = position + events.length;
    const Records = events.map(recordOf);
    if (stream.end !== undefined && next >= stream.end) return { Records };
    return { Records, NextShardIterator: iteratorToken({ streamArn, shardId, position: next, made: context.now }) };
  };
}

function recordOf(event: StoredEvent): _Record {
  const change = event.body as TableChange;
  const item = (image: TableChange['keys']) => itemOf(image) as unknown as NonNullable<NonNullable<_Record['dynamodb']>['Keys']>;
  return {
    eventID: changeEventId(event),
    eventName: event.type as NonNullable<_Record['eventName']>,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: event.region,
    dynamodb: {
      // Whole seconds, as AWS has it.
      ApproximateCreationDateTime: new Date(Math.floor(event.time / 1000) * 1000),
      Keys: item(change.keys),
      ...(change.newImage ? { NewImage: item(change.newImage) } : {}),
      ...(change.oldImage ? { OldImage: item(change.oldImage) } : {}),
      SequenceNumber: changeSequence(event.position),
      SizeBytes: change.size,
      StreamViewType: change.viewType,
    },
    ...(change.expired ? { userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } } : {}),
  };
}
